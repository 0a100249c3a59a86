-- +goose Up
ALTER TABLE `related_states` ADD COLUMN `cut` BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE `related_states` ADD COLUMN `totals` TEXT;

-- +goose Down
ALTER TABLE `related_states` DROP COLUMN `totals`;
ALTER TABLE `related_states` DROP COLUMN `cut`;
