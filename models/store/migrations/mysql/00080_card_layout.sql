-- +goose Up
-- How a profile's card is laid out, as JSON; blank for the standard layout.
ALTER TABLE `profiles` ADD COLUMN `card` VARCHAR(512) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE `profiles` DROP COLUMN `card`;
