-- +goose Up
-- The percentage of the vendors' daily API calls that the sync leaves for agents; NULL is the server's own setting.
ALTER TABLE `integrations` ADD COLUMN `agent_share` INT NULL;

-- +goose Down
ALTER TABLE `integrations` DROP COLUMN `agent_share`;
