-- A device that had what a continuous rollout gives takes part again when it is deleted and made anew. That is told by the number of the
-- action by which it has it, which was not noted at first: it is that of the last update that it had finished by then. Where that is forgotten
-- it was a deleted device's, or one before many others.

UPDATE rollout_device AS d
   SET action_number = (
         SELECT coalesce((SELECT max(a.number) FROM action AS a
                           WHERE a.target_key = t.key AND a.state = 'finished' AND a.finished_at <= d.ended_at),
                         nullif(t.forgotten_number, 0), t.last_number)
           FROM target AS t WHERE t.key = d.target_key)
 WHERE d.rollout_key = ANY (ARRAY(SELECT key FROM rollout WHERE (plan->>'continuous')::boolean))
   AND d.state = 'finished' AND d.action_number IS NULL;
