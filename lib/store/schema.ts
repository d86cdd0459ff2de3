/** One numbered step; its number is its place in the list, from 1. A released step is never edited. */
export interface SchemaStep {
  readonly name: string;
  readonly sql: string;
}

/**
 * Jobs are numbered by `seq`, the order of admission: a wall clock may be set back. The triggers are the last guard of
 * two promises, whatever code comes later: a closed job stays closed, and no pass without every stage.
 */
const jobsAndStages = `
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  nas TEXT NOT NULL,
  serial TEXT NOT NULL,
  wwn TEXT,
  size_bytes INTEGER NOT NULL,
  model TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'passed', 'failed', 'cancelled', 'unknown')),
  operator TEXT NOT NULL,
  request_transaction TEXT NOT NULL,
  gate_id TEXT NOT NULL,
  context TEXT NOT NULL CHECK (json_valid(context)),
  cancel_requested_by TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  reasons TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reasons)),
  stages_done_at_lap INTEGER NOT NULL DEFAULT 0,
  report_given_at INTEGER,
  CHECK ((ended_at IS NULL) = (state IN ('queued', 'running'))),
  CHECK (state IN ('queued', 'running', 'passed') OR json_array_length(reasons) > 0)
) STRICT;
CREATE UNIQUE INDEX one_live_job_per_drive ON jobs (nas, serial) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_of_drive ON jobs (nas, serial, seq);
CREATE INDEX reports_due ON jobs (nas, ended_at) WHERE ended_at IS NOT NULL AND report_given_at IS NULL;

CREATE TABLE stages (
  job_id TEXT NOT NULL REFERENCES jobs (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  kind TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('pending', 'running', 'passed', 'failed', 'cancelled', 'unknown', 'skipped')),
  station_id TEXT,
  memo TEXT CHECK (json_valid(memo)),
  started_at INTEGER,
  ended_at INTEGER,
  percent REAL NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  reasons TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reasons)),
  evidence TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(evidence)),
  PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_running_stage_per_job ON stages (job_id) WHERE state = 'running';

CREATE TRIGGER closed_job_stays_closed BEFORE UPDATE OF state ON jobs
WHEN OLD.state NOT IN ('queued', 'running')
BEGIN SELECT RAISE(ABORT, 'a closed job never changes its state'); END;

CREATE TRIGGER ended_stage_stays_ended BEFORE UPDATE OF state ON stages
WHEN OLD.state NOT IN ('pending', 'running')
BEGIN SELECT RAISE(ABORT, 'an ended stage never changes its state'); END;

CREATE TRIGGER pass_needs_every_stage BEFORE UPDATE OF state ON jobs
WHEN NEW.state = 'passed' AND (
  NOT EXISTS (SELECT 1 FROM stages WHERE job_id = NEW.id)
  OR EXISTS (SELECT 1 FROM stages WHERE job_id = NEW.id AND state <> 'passed'))
BEGIN SELECT RAISE(ABORT, 'a job passes only with every stage passed'); END;
`;

const deliveries = `
CREATE TABLE deliveries (
  job_id TEXT NOT NULL REFERENCES jobs (id),
  channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
  state TEXT NOT NULL CHECK (state IN ('due', 'delivered', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  next_attempt_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (job_id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'due';
`;

const surroundings = `
CREATE TABLE drives (
  nas TEXT NOT NULL,
  serial TEXT NOT NULL,
  facts TEXT NOT NULL CHECK (json_valid(facts)),
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (nas, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_lines (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  at INTEGER NOT NULL,
  line TEXT NOT NULL
) STRICT;
CREATE INDEX log_lines_of_job ON log_lines (job_id, seq);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  serial TEXT,
  job TEXT,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_drive ON events (serial, seq);

CREATE TABLE snapshots (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  position INTEGER NOT NULL,
  moment TEXT NOT NULL CHECK (moment IN ('before', 'after')),
  at INTEGER NOT NULL,
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;
CREATE INDEX snapshots_of_job ON snapshots (job_id, seq);

CREATE TABLE requests (
  request_transaction TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE installation (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id TEXT NOT NULL
) STRICT;
`;

/** What a request did; reports sent apart from report nodes; how long a delivery has been failing. */
const traces = `
ALTER TABLE requests ADD COLUMN jobs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(jobs));
ALTER TABLE deliveries ADD COLUMN first_failed_at INTEGER;
ALTER TABLE jobs ADD COLUMN deliveries_queued_at INTEGER;
UPDATE jobs SET deliveries_queued_at = report_given_at WHERE report_given_at IS NOT NULL;
CREATE INDEX deliveries_to_queue ON jobs (nas, ended_at)
  WHERE ended_at IS NOT NULL AND deliveries_queued_at IS NULL;
`;

/** Safety locks that a person has overridden for a job: which, who, when. */
const grants = `
ALTER TABLE jobs ADD COLUMN grants TEXT CHECK (json_valid(grants));
ALTER TABLE jobs ADD COLUMN granted_by TEXT;
ALTER TABLE jobs ADD COLUMN granted_at INTEGER;
ALTER TABLE jobs ADD COLUMN granted_boot TEXT;
`;

/**
 * The report of a day on one channel. What a delivered one told of, and up to when, is where the next begins: `told_seq` is
 * the last event it knew, since a wall clock may be set back.
 */
const dailyReports = `
CREATE TABLE daily_reports (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  nas TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
  day TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'delivered', 'nothing', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  first_failed_at INTEGER,
  next_attempt_at INTEGER NOT NULL,
  told_until INTEGER,
  told_seq INTEGER,
  UNIQUE (nas, channel, day)
) STRICT;
`;

/** Every step from an empty file to this version. Add at the end; the texts do not follow later renames in core. */
export const schemaSteps: readonly SchemaStep[] = [
  { name: 'jobs and stages', sql: jobsAndStages },
  { name: 'deliveries of reports', sql: deliveries },
  { name: 'drives, log, events, snapshots, requests, installation', sql: surroundings },
  { name: 'traces of requests and deliveries', sql: traces },
  { name: 'overridden safety locks', sql: grants },
  { name: 'daily reports', sql: dailyReports },
];
