-- +goose Up
ALTER TABLE `integrations` ADD COLUMN `reason_code` VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE `integrations` ADD COLUMN `waiting_until` DATETIME(6);
ALTER TABLE `integrations` ADD COLUMN `drift` LONGTEXT;
ALTER TABLE `integrations` ADD COLUMN `brake_released_at` DATETIME(6);
ALTER TABLE `links` ADD COLUMN `cause` VARCHAR(16) NOT NULL DEFAULT '';
ALTER TABLE `links` ADD COLUMN `resting` LONGTEXT;
ALTER TABLE `links` ADD COLUMN `retried_at` DATETIME(6);
ALTER TABLE `links` ADD COLUMN `parted` VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE `sync_runs` ADD COLUMN `rate` DOUBLE;

CREATE TABLE `sync_filters` (
    `object` VARCHAR(16) NOT NULL,
    `conditions` LONGTEXT NOT NULL,
    `leaving` VARCHAR(16) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`object`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `drift_reports` (
    `id` VARCHAR(64) NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `started_at` DATETIME(6) NOT NULL,
    `finished_at` DATETIME(6),
    `objects` LONGTEXT,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE INDEX `failures_next_retry_at` ON `failures` (`next_retry_at`);
CREATE INDEX `drift_reports_started_at` ON `drift_reports` (`started_at`);

-- +goose Down
DROP TABLE `drift_reports`;
DROP TABLE `sync_filters`;
DROP INDEX `failures_next_retry_at` ON `failures`;
ALTER TABLE `sync_runs` DROP COLUMN `rate`;
ALTER TABLE `links` DROP COLUMN `parted`;
ALTER TABLE `links` DROP COLUMN `retried_at`;
ALTER TABLE `links` DROP COLUMN `resting`;
ALTER TABLE `links` DROP COLUMN `cause`;
ALTER TABLE `integrations` DROP COLUMN `brake_released_at`;
ALTER TABLE `integrations` DROP COLUMN `drift`;
ALTER TABLE `integrations` DROP COLUMN `waiting_until`;
ALTER TABLE `integrations` DROP COLUMN `reason_code`;
