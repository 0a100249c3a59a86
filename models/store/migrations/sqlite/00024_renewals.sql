-- +goose Up
ALTER TABLE `sign_ins` ADD COLUMN `previous_hash` BLOB;
ALTER TABLE `sign_ins` ADD COLUMN `rotated_at` DATETIME;

-- +goose Down
ALTER TABLE `sign_ins` DROP COLUMN `rotated_at`;
ALTER TABLE `sign_ins` DROP COLUMN `previous_hash`;
