-- +goose Up
-- What the sync did on a day of UTC, and the most API calls that each side had counted on it.
CREATE TABLE `sync_days` (
    `day` VARCHAR(10) NOT NULL,
    `changed` BIGINT NOT NULL,
    `failed` BIGINT NOT NULL,
    `desk_calls` BIGINT,
    `salesforce_calls` BIGINT,
    PRIMARY KEY (`day`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `sync_days`;
