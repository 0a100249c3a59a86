-- +goose Up
CREATE TABLE `related_mirrors` (
    `object` VARCHAR(32) NOT NULL,
    `complete` BOOLEAN NOT NULL,
    `reading` BOOLEAN NOT NULL,
    `after` VARCHAR(64) NOT NULL,
    `read` BIGINT NOT NULL,
    `total` BIGINT,
    `began_at` DATETIME(6),
    `changes` LONGTEXT NOT NULL,
    `replay` LONGTEXT NOT NULL,
    `as_of` DATETIME(6),
    `fence` BIGINT NOT NULL,
    `stream_fence` BIGINT NOT NULL,
    PRIMARY KEY (`object`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ALTER TABLE `opportunity_contacts` ADD COLUMN `as_of` DATETIME(6);

ALTER TABLE `related_states` ADD COLUMN `marked_at` DATETIME(6);

-- Dashboards: an index for each order, which also holds what can be filtered by, so that a walk along it reads no row in vain; opportunities of an owner are many.
CREATE INDEX `opportunities_by_close_date` ON `opportunities` (`close_date`, `id`, `open`, `stage`, `owner_id`, `account_id`, `amount`, `currency`, `probability`);
CREATE INDEX `opportunities_by_amount` ON `opportunities` (`amount`, `id`, `open`, `stage`, `owner_id`, `account_id`, `close_date`);
CREATE INDEX `opportunities_by_stage` ON `opportunities` (`stage`, `id`, `open`, `owner_id`, `account_id`, `close_date`, `amount`);
CREATE INDEX `opportunities_of_owner_by_close_date` ON `opportunities` (`owner_id`, `close_date`, `id`, `open`);
CREATE INDEX `opportunities_of_owner_by_amount` ON `opportunities` (`owner_id`, `amount`, `id`, `open`);
CREATE INDEX `opportunities_of_owner_by_stage` ON `opportunities` (`owner_id`, `stage`, `id`, `open`);
CREATE INDEX `links_by_name` ON `links` (`object`, `live`, `name_key`, `id`, `match_key`, `moved_at`);
CREATE INDEX `links_by_match_key` ON `links` (`object`, `live`, `match_key`, `id`, `name_key`, `moved_at`);
CREATE INDEX `links_by_moved_at` ON `links` (`object`, `live`, `moved_at`, `id`, `name_key`, `match_key`);
DROP INDEX `opportunities_close_date_id` ON `opportunities`;
DROP INDEX `opportunities_amount_id` ON `opportunities`;
DROP INDEX `opportunities_stage_id` ON `opportunities`;
DROP INDEX `opportunities_owner_id` ON `opportunities`;
DROP INDEX `links_object_live_name_key_id` ON `links`;
DROP INDEX `links_object_live_match_key_id` ON `links`;
DROP INDEX `links_object_live_moved_at_id` ON `links`;

-- +goose Down
CREATE INDEX `opportunities_close_date_id` ON `opportunities` (`close_date`, `id`);
CREATE INDEX `opportunities_amount_id` ON `opportunities` (`amount`, `id`);
CREATE INDEX `opportunities_stage_id` ON `opportunities` (`stage`, `id`);
CREATE INDEX `opportunities_owner_id` ON `opportunities` (`owner_id`);
CREATE INDEX `links_object_live_name_key_id` ON `links` (`object`, `live`, `name_key`, `id`);
CREATE INDEX `links_object_live_match_key_id` ON `links` (`object`, `live`, `match_key`, `id`);
CREATE INDEX `links_object_live_moved_at_id` ON `links` (`object`, `live`, `moved_at`, `id`);
DROP INDEX `opportunities_by_close_date` ON `opportunities`;
DROP INDEX `opportunities_by_amount` ON `opportunities`;
DROP INDEX `opportunities_by_stage` ON `opportunities`;
DROP INDEX `opportunities_of_owner_by_close_date` ON `opportunities`;
DROP INDEX `opportunities_of_owner_by_amount` ON `opportunities`;
DROP INDEX `opportunities_of_owner_by_stage` ON `opportunities`;
DROP INDEX `links_by_name` ON `links`;
DROP INDEX `links_by_match_key` ON `links`;
DROP INDEX `links_by_moved_at` ON `links`;
ALTER TABLE `related_states` DROP COLUMN `marked_at`;
ALTER TABLE `opportunity_contacts` DROP COLUMN `as_of`;
DROP TABLE `related_mirrors`;
