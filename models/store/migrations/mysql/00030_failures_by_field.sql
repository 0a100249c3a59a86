-- +goose Up
ALTER TABLE `failures` ADD COLUMN `field` VARCHAR(191) NOT NULL DEFAULT '';
ALTER TABLE `intents` DROP COLUMN `partial`;

-- +goose Down
ALTER TABLE `intents` ADD COLUMN `partial` BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE `failures` DROP COLUMN `field`;
