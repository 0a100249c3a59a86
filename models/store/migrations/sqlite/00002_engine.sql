-- +goose Up
ALTER TABLE `integrations` ADD COLUMN `reason_code` TEXT NOT NULL DEFAULT '';
ALTER TABLE `integrations` ADD COLUMN `waiting_until` DATETIME;
ALTER TABLE `integrations` ADD COLUMN `drift` TEXT;
ALTER TABLE `integrations` ADD COLUMN `brake_released_at` DATETIME;
ALTER TABLE `links` ADD COLUMN `cause` TEXT NOT NULL DEFAULT '';
ALTER TABLE `links` ADD COLUMN `resting` TEXT;
ALTER TABLE `links` ADD COLUMN `retried_at` DATETIME;
ALTER TABLE `links` ADD COLUMN `parted` TEXT NOT NULL DEFAULT '';
ALTER TABLE `sync_runs` ADD COLUMN `rate` REAL;

CREATE TABLE `sync_filters` (
    `object` TEXT NOT NULL,
    `conditions` TEXT NOT NULL,
    `leaving` TEXT NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`object`)
);

CREATE TABLE `drift_reports` (
    `id` TEXT NOT NULL,
    `status` TEXT NOT NULL,
    `started_at` DATETIME NOT NULL,
    `finished_at` DATETIME,
    `objects` TEXT,
    PRIMARY KEY (`id`)
);

CREATE INDEX `failures_next_retry_at` ON `failures` (`next_retry_at`);
CREATE INDEX `drift_reports_started_at` ON `drift_reports` (`started_at`);

-- +goose Down
DROP TABLE `drift_reports`;
DROP TABLE `sync_filters`;
DROP INDEX `failures_next_retry_at`;
ALTER TABLE `sync_runs` DROP COLUMN `rate`;
ALTER TABLE `links` DROP COLUMN `parted`;
ALTER TABLE `links` DROP COLUMN `retried_at`;
ALTER TABLE `links` DROP COLUMN `resting`;
ALTER TABLE `links` DROP COLUMN `cause`;
ALTER TABLE `integrations` DROP COLUMN `brake_released_at`;
ALTER TABLE `integrations` DROP COLUMN `drift`;
ALTER TABLE `integrations` DROP COLUMN `waiting_until`;
ALTER TABLE `integrations` DROP COLUMN `reason_code`;
