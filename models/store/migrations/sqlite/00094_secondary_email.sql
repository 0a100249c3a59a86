-- +goose Up
-- A contact can have a second email by which it is known.
ALTER TABLE `desk_contacts` ADD COLUMN `second_key` TEXT NOT NULL DEFAULT '';
ALTER TABLE `desk_accounts` ADD COLUMN `second_key` TEXT NOT NULL DEFAULT '';
ALTER TABLE `salesforce_contacts` ADD COLUMN `second_key` TEXT NOT NULL DEFAULT '';
ALTER TABLE `salesforce_accounts` ADD COLUMN `second_key` TEXT NOT NULL DEFAULT '';
CREATE INDEX `desk_contacts_second_key` ON `desk_contacts` (`second_key`);
ALTER TABLE `integrations` ADD COLUMN `match_secondary_email` BOOLEAN NOT NULL DEFAULT FALSE;
-- The mirrors do not hold it yet: Desk's contacts are read once more.
UPDATE `cursors` SET `value` = '' WHERE `side` = 'DESK' AND `object` = 'CONTACT' AND `kind` = 'load';

-- +goose Down
ALTER TABLE `integrations` DROP COLUMN `match_secondary_email`;
DROP INDEX `desk_contacts_second_key`;
ALTER TABLE `salesforce_accounts` DROP COLUMN `second_key`;
ALTER TABLE `salesforce_contacts` DROP COLUMN `second_key`;
ALTER TABLE `desk_accounts` DROP COLUMN `second_key`;
ALTER TABLE `desk_contacts` DROP COLUMN `second_key`;
