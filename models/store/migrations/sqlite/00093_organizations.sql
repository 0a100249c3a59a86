-- +goose Up
-- The organizations whose records are linked: another one behind the same credentials halts the sync.
ALTER TABLE `integrations` ADD COLUMN `desk_org` TEXT NOT NULL DEFAULT '';
ALTER TABLE `integrations` ADD COLUMN `salesforce_org` TEXT NOT NULL DEFAULT '';
UPDATE `integrations` SET
    `desk_org` = COALESCE((SELECT `org_id` FROM `connections` WHERE `side` = 'DESK'), ''),
    `salesforce_org` = COALESCE((SELECT `org_id` FROM `connections` WHERE `side` = 'SALESFORCE'), '');

-- +goose Down
ALTER TABLE `integrations` DROP COLUMN `salesforce_org`;
ALTER TABLE `integrations` DROP COLUMN `desk_org`;
