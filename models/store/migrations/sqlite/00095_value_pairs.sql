-- +goose Up
-- Picklist values of a mapping that mean the same, as JSON; NULL is none.
ALTER TABLE `field_mappings` ADD COLUMN `value_pairs` TEXT;

-- +goose Down
ALTER TABLE `field_mappings` DROP COLUMN `value_pairs`;
