-- +goose Up
ALTER TABLE `sign_ins` ADD COLUMN `name` TEXT NOT NULL DEFAULT '';
ALTER TABLE `sign_ins` ADD COLUMN `scope` TEXT NOT NULL DEFAULT 'AGENT';
ALTER TABLE `sign_ins` ADD COLUMN `way` TEXT NOT NULL DEFAULT 'DESK';
ALTER TABLE `sign_ins` ADD COLUMN `sealed` BLOB;
ALTER TABLE `sign_ins` ADD COLUMN `asked_until` DATETIME;
CREATE INDEX `sign_ins_listed` ON `sign_ins` (`expires_at`, `id`);
CREATE INDEX `sign_ins_of_scope` ON `sign_ins` (`scope`, `expires_at`, `id`);
DROP INDEX `sign_ins_expire`;

-- +goose Down
CREATE INDEX `sign_ins_expire` ON `sign_ins` (`expires_at`);
DROP INDEX `sign_ins_of_scope`;
DROP INDEX `sign_ins_listed`;
ALTER TABLE `sign_ins` DROP COLUMN `asked_until`;
ALTER TABLE `sign_ins` DROP COLUMN `sealed`;
ALTER TABLE `sign_ins` DROP COLUMN `way`;
ALTER TABLE `sign_ins` DROP COLUMN `scope`;
ALTER TABLE `sign_ins` DROP COLUMN `name`;
