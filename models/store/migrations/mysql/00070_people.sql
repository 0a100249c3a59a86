-- +goose Up
ALTER TABLE `sign_ins` ADD COLUMN `name` VARCHAR(191) NOT NULL DEFAULT '';
ALTER TABLE `sign_ins` ADD COLUMN `scope` VARCHAR(16) NOT NULL DEFAULT 'AGENT';
ALTER TABLE `sign_ins` ADD COLUMN `way` VARCHAR(16) NOT NULL DEFAULT 'DESK';
ALTER TABLE `sign_ins` ADD COLUMN `sealed` LONGBLOB;
ALTER TABLE `sign_ins` ADD COLUMN `asked_until` DATETIME(6);
CREATE INDEX `sign_ins_listed` ON `sign_ins` (`expires_at`, `id`);
CREATE INDEX `sign_ins_of_scope` ON `sign_ins` (`scope`, `expires_at`, `id`);
DROP INDEX `sign_ins_expire` ON `sign_ins`;

-- +goose Down
CREATE INDEX `sign_ins_expire` ON `sign_ins` (`expires_at`);
DROP INDEX `sign_ins_of_scope` ON `sign_ins`;
DROP INDEX `sign_ins_listed` ON `sign_ins`;
ALTER TABLE `sign_ins` DROP COLUMN `asked_until`;
ALTER TABLE `sign_ins` DROP COLUMN `sealed`;
ALTER TABLE `sign_ins` DROP COLUMN `way`;
ALTER TABLE `sign_ins` DROP COLUMN `scope`;
ALTER TABLE `sign_ins` DROP COLUMN `name`;
