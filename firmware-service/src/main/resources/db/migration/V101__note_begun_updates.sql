-- A device that began while it might goes on when its window closes meanwhile.

-- What it was told when it asked last: that it may install, or that it is to wait for its window.
ALTER TABLE action ADD COLUMN may_install boolean NOT NULL DEFAULT false,
  -- Told so it said that it is at it.
  ADD COLUMN begun boolean NOT NULL DEFAULT false;
