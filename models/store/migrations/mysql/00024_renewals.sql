-- +goose Up
ALTER TABLE `sign_ins` ADD COLUMN `previous_hash` VARBINARY(64);
ALTER TABLE `sign_ins` ADD COLUMN `rotated_at` DATETIME(6);

-- +goose Down
ALTER TABLE `sign_ins` DROP COLUMN `rotated_at`;
ALTER TABLE `sign_ins` DROP COLUMN `previous_hash`;
