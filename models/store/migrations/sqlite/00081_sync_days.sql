-- +goose Up
-- What the sync did on a day of UTC, and the most API calls that each side had counted on it.
CREATE TABLE `sync_days` (
    `day` TEXT NOT NULL,
    `changed` INTEGER NOT NULL,
    `failed` INTEGER NOT NULL,
    `desk_calls` INTEGER,
    `salesforce_calls` INTEGER,
    PRIMARY KEY (`day`)
);

-- +goose Down
DROP TABLE `sync_days`;
