-- Which suspension it is: an answer of the registry that is older than one does not end it.

ALTER TABLE suspended_tenant ADD COLUMN told bigint GENERATED ALWAYS AS IDENTITY;
