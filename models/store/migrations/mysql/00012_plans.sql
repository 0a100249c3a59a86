-- +goose Up
-- What a CHAR is read as depends on the session, so MariaDB indexes nothing that is made of one.
ALTER TABLE `opportunities` MODIFY `close_date` VARCHAR(10);
ALTER TABLE `tasks` MODIFY `due_date` VARCHAR(10);

-- Columns that an index needs to have a section in its order; the database computes them.
ALTER TABLE `opportunities` ADD COLUMN `closed` BOOLEAN GENERATED ALWAYS AS (CASE WHEN `open` THEN 0 ELSE 1 END) VIRTUAL;
ALTER TABLE `opportunities` ADD COLUMN `close_key` VARCHAR(10) GENERATED ALWAYS AS (COALESCE(`close_date`, '~')) VIRTUAL;
ALTER TABLE `tasks` ADD COLUMN `closed` BOOLEAN GENERATED ALWAYS AS (CASE WHEN `open` THEN 0 ELSE 1 END) VIRTUAL;
ALTER TABLE `tasks` ADD COLUMN `due_key` VARCHAR(10) GENERATED ALWAYS AS (COALESCE(`due_date`, '~')) VIRTUAL;
ALTER TABLE `changes` ADD COLUMN `blanked` BOOLEAN GENERATED ALWAYS AS (CASE WHEN `new` IS NULL AND `old` IS NOT NULL THEN 1 ELSE 0 END) VIRTUAL;

-- A card's sections, each in the order in which it is shown: open ones first, what has no date last.
CREATE INDEX `opportunities_of_account` ON `opportunities` (`account_id`, `closed`, `close_key`, `id`);
CREATE INDEX `tasks_of_customer` ON `tasks` (`who_id`, `closed`, `due_key`, `id`);
CREATE INDEX `events_of_customer` ON `events` (`who_id`, `starts_at`, `id`);
CREATE INDEX `notes_of_customer` ON `notes` (`contact_id`, `created_at`, `id`);

-- What a pass over the links reads: those to plan, all in the order of their ids, and what was blanked of late.
CREATE INDEX `links_dirty` ON `links` (`dirty`, `object`, `id`, `plan_after`);
CREATE INDEX `links_object_id` ON `links` (`object`, `id`);
CREATE INDEX `changes_blanked` ON `changes` (`blanked`, `at`, `side`, `link_id`);
CREATE INDEX `intents_sent` ON `intents` (`object`, `op`, `state`, `attempts`, `side`);
CREATE INDEX `failures_retry` ON `failures` (`next_retry_at`, `link_id`);

-- The logs of the console: an index for each filter, in the log's order.
CREATE INDEX `failures_open` ON `failures` (`resolved_at`, `last_at`, `id`);
CREATE INDEX `failures_open_of_code` ON `failures` (`resolved_at`, `code`, `object`, `last_at`);
CREATE INDEX `failures_of_object` ON `failures` (`object`, `last_at`, `id`);
CREATE INDEX `failures_of_target` ON `failures` (`target`, `last_at`, `id`);
CREATE INDEX `failures_of_code` ON `failures` (`code`, `last_at`, `id`);
CREATE INDEX `conflicts_open` ON `conflicts` (`resolved_at`, `at`, `id`);
CREATE INDEX `conflicts_of_object` ON `conflicts` (`object`, `at`, `id`);
CREATE INDEX `drift_reports_latest` ON `drift_reports` (`started_at`, `id`);
CREATE INDEX `sync_runs_of_trigger` ON `sync_runs` (`trigger`, `started_at`, `id`);

-- What is old goes: by when it ended, was read, or is over.
CREATE INDEX `sync_runs_finished` ON `sync_runs` (`finished_at`);
CREATE INDEX `intents_ended` ON `intents` (`state`, `updated_at`);
CREATE INDEX `rehearsals_created` ON `rehearsals` (`created_at`);
CREATE INDEX `sign_ins_expire` ON `sign_ins` (`expires_at`);
CREATE INDEX `opportunities_read` ON `opportunities` (`as_of`);
CREATE INDEX `opportunity_contacts_read` ON `opportunity_contacts` (`as_of`);
CREATE INDEX `notes_read` ON `notes` (`as_of`);
CREATE INDEX `events_read` ON `events` (`as_of`);
CREATE INDEX `tasks_read` ON `tasks` (`as_of`);
CREATE INDEX `tickets_read` ON `tickets` (`as_of`);
CREATE INDEX `related_states_read` ON `related_states` (`as_of`);
CREATE INDEX `related_states_of_section` ON `related_states` (`section`, `customer_id`);

-- What these replace.
DROP INDEX `opportunities_account_id` ON `opportunities`;
DROP INDEX `tasks_who_id_due_date` ON `tasks`;
DROP INDEX `tasks_account_id` ON `tasks`;
DROP INDEX `events_who_id_starts_at` ON `events`;
DROP INDEX `events_account_id` ON `events`;
DROP INDEX `notes_contact_id_created_at` ON `notes`;
DROP INDEX `links_dirty_object_id` ON `links`;
DROP INDEX `drift_reports_started_at` ON `drift_reports`;
DROP INDEX `conflicts_resolved_at_at` ON `conflicts`;
DROP INDEX `failures_resolved_at_object_code` ON `failures`;
DROP INDEX `failures_next_retry_at` ON `failures`;

-- +goose Down
CREATE INDEX `opportunities_account_id` ON `opportunities` (`account_id`);
CREATE INDEX `tasks_who_id_due_date` ON `tasks` (`who_id`, `due_date`);
CREATE INDEX `tasks_account_id` ON `tasks` (`account_id`);
CREATE INDEX `events_who_id_starts_at` ON `events` (`who_id`, `starts_at`);
CREATE INDEX `events_account_id` ON `events` (`account_id`);
CREATE INDEX `notes_contact_id_created_at` ON `notes` (`contact_id`, `created_at`);
CREATE INDEX `links_dirty_object_id` ON `links` (`dirty`, `object`, `id`);
CREATE INDEX `drift_reports_started_at` ON `drift_reports` (`started_at`);
CREATE INDEX `conflicts_resolved_at_at` ON `conflicts` (`resolved_at`, `at`);
CREATE INDEX `failures_resolved_at_object_code` ON `failures` (`resolved_at`, `object`, `code`);
CREATE INDEX `failures_next_retry_at` ON `failures` (`next_retry_at`);
DROP INDEX `sync_runs_finished` ON `sync_runs`;
DROP INDEX `intents_ended` ON `intents`;
DROP INDEX `rehearsals_created` ON `rehearsals`;
DROP INDEX `sign_ins_expire` ON `sign_ins`;
DROP INDEX `opportunities_read` ON `opportunities`;
DROP INDEX `opportunity_contacts_read` ON `opportunity_contacts`;
DROP INDEX `notes_read` ON `notes`;
DROP INDEX `events_read` ON `events`;
DROP INDEX `tasks_read` ON `tasks`;
DROP INDEX `tickets_read` ON `tickets`;
DROP INDEX `related_states_read` ON `related_states`;
DROP INDEX `related_states_of_section` ON `related_states`;
DROP INDEX `failures_open` ON `failures`;
DROP INDEX `failures_open_of_code` ON `failures`;
DROP INDEX `failures_of_object` ON `failures`;
DROP INDEX `failures_of_target` ON `failures`;
DROP INDEX `failures_of_code` ON `failures`;
DROP INDEX `conflicts_open` ON `conflicts`;
DROP INDEX `conflicts_of_object` ON `conflicts`;
DROP INDEX `drift_reports_latest` ON `drift_reports`;
DROP INDEX `sync_runs_of_trigger` ON `sync_runs`;
DROP INDEX `links_dirty` ON `links`;
DROP INDEX `links_object_id` ON `links`;
DROP INDEX `changes_blanked` ON `changes`;
DROP INDEX `intents_sent` ON `intents`;
DROP INDEX `failures_retry` ON `failures`;
DROP INDEX `opportunities_of_account` ON `opportunities`;
DROP INDEX `tasks_of_customer` ON `tasks`;
DROP INDEX `events_of_customer` ON `events`;
DROP INDEX `notes_of_customer` ON `notes`;
ALTER TABLE `changes` DROP COLUMN `blanked`;
ALTER TABLE `tasks` DROP COLUMN `due_key`;
ALTER TABLE `tasks` DROP COLUMN `closed`;
ALTER TABLE `opportunities` DROP COLUMN `close_key`;
ALTER TABLE `opportunities` DROP COLUMN `closed`;
ALTER TABLE `tasks` MODIFY `due_date` CHAR(10);
ALTER TABLE `opportunities` MODIFY `close_date` CHAR(10);
