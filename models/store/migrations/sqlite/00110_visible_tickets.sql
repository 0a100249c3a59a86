-- +goose Up
-- Agents may be shown the customers of those tickets alone that they may see in Zoho Desk.
ALTER TABLE `integrations` ADD COLUMN `agent_cards` TEXT NOT NULL DEFAULT 'ANY_CUSTOMER';
ALTER TABLE `tickets` ADD COLUMN `department_id` TEXT NOT NULL DEFAULT '';
ALTER TABLE `tickets` ADD COLUMN `assignee_id` TEXT NOT NULL DEFAULT '';
ALTER TABLE `tickets` ADD COLUMN `team_id` TEXT NOT NULL DEFAULT '';
ALTER TABLE `tickets` ADD COLUMN `shared_with` TEXT;

-- +goose Down
ALTER TABLE `tickets` DROP COLUMN `shared_with`;
ALTER TABLE `tickets` DROP COLUMN `team_id`;
ALTER TABLE `tickets` DROP COLUMN `assignee_id`;
ALTER TABLE `tickets` DROP COLUMN `department_id`;
ALTER TABLE `integrations` DROP COLUMN `agent_cards`;
