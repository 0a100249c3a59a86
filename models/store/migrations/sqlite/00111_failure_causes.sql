-- +goose Up
-- Failures that share a cause are one group.
ALTER TABLE `failures` ADD COLUMN `cause` TEXT NOT NULL DEFAULT '';
CREATE INDEX `failures_open_of_cause` ON `failures` (`resolved_at`, `cause`, `last_at`, `id`);

-- +goose Down
DROP INDEX `failures_open_of_cause`;
ALTER TABLE `failures` DROP COLUMN `cause`;
