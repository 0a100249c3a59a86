-- +goose Up
-- When an admin last let records pass that were gone without a trace; NULL is never.
ALTER TABLE `integrations` ADD COLUMN `gone_accepted_at` DATETIME(6);

-- +goose Down
ALTER TABLE `integrations` DROP COLUMN `gone_accepted_at`;
