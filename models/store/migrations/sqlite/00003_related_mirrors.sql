-- +goose Up
CREATE TABLE `related_mirrors` (
    `object` TEXT NOT NULL,
    `complete` BOOLEAN NOT NULL,
    `reading` BOOLEAN NOT NULL,
    `after` TEXT NOT NULL,
    `read` INTEGER NOT NULL,
    `total` INTEGER,
    `began_at` DATETIME,
    `changes` TEXT NOT NULL,
    `replay` TEXT NOT NULL,
    `as_of` DATETIME,
    `fence` INTEGER NOT NULL,
    `stream_fence` INTEGER NOT NULL,
    PRIMARY KEY (`object`)
);

ALTER TABLE `opportunity_contacts` ADD COLUMN `as_of` DATETIME;

ALTER TABLE `related_states` ADD COLUMN `marked_at` DATETIME;

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
DROP INDEX `opportunities_close_date_id`;
DROP INDEX `opportunities_amount_id`;
DROP INDEX `opportunities_stage_id`;
DROP INDEX `opportunities_owner_id`;
DROP INDEX `links_object_live_name_key_id`;
DROP INDEX `links_object_live_match_key_id`;
DROP INDEX `links_object_live_moved_at_id`;

-- +goose Down
CREATE INDEX `opportunities_close_date_id` ON `opportunities` (`close_date`, `id`);
CREATE INDEX `opportunities_amount_id` ON `opportunities` (`amount`, `id`);
CREATE INDEX `opportunities_stage_id` ON `opportunities` (`stage`, `id`);
CREATE INDEX `opportunities_owner_id` ON `opportunities` (`owner_id`);
CREATE INDEX `links_object_live_name_key_id` ON `links` (`object`, `live`, `name_key`, `id`);
CREATE INDEX `links_object_live_match_key_id` ON `links` (`object`, `live`, `match_key`, `id`);
CREATE INDEX `links_object_live_moved_at_id` ON `links` (`object`, `live`, `moved_at`, `id`);
DROP INDEX `opportunities_by_close_date`;
DROP INDEX `opportunities_by_amount`;
DROP INDEX `opportunities_by_stage`;
DROP INDEX `opportunities_of_owner_by_close_date`;
DROP INDEX `opportunities_of_owner_by_amount`;
DROP INDEX `opportunities_of_owner_by_stage`;
DROP INDEX `links_by_name`;
DROP INDEX `links_by_match_key`;
DROP INDEX `links_by_moved_at`;
ALTER TABLE `related_states` DROP COLUMN `marked_at`;
ALTER TABLE `opportunity_contacts` DROP COLUMN `as_of`;
DROP TABLE `related_mirrors`;
