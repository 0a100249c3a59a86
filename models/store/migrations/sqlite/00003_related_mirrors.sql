-- +goose Up
CREATE TABLE `related_mirrors` (
    `object` TEXT NOT NULL,
    `complete` BOOLEAN NOT NULL,
    `reading` BOOLEAN NOT NULL,
    `after` TEXT NOT NULL,
    `read` INTEGER NOT NULL,
    `total` INTEGER,
    `began_at` DATETIME,
    `changes` TEXT NOT NULL,
    `replay` TEXT NOT NULL,
    `as_of` DATETIME,
    `fence` INTEGER NOT NULL,
    `stream_fence` INTEGER NOT NULL,
    PRIMARY KEY (`object`)
);

ALTER TABLE `opportunity_contacts` ADD COLUMN `as_of` DATETIME;

-- +goose Down
ALTER TABLE `opportunity_contacts` DROP COLUMN `as_of`;
DROP TABLE `related_mirrors`;
