-- +goose Up
CREATE TABLE `related_mirrors` (
    `object` VARCHAR(32) NOT NULL,
    `complete` BOOLEAN NOT NULL,
    `reading` BOOLEAN NOT NULL,
    `after` VARCHAR(64) NOT NULL,
    `read` BIGINT NOT NULL,
    `total` BIGINT,
    `began_at` DATETIME(6),
    `changes` LONGTEXT NOT NULL,
    `replay` LONGTEXT NOT NULL,
    `as_of` DATETIME(6),
    `fence` BIGINT NOT NULL,
    `stream_fence` BIGINT NOT NULL,
    PRIMARY KEY (`object`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ALTER TABLE `opportunity_contacts` ADD COLUMN `as_of` DATETIME(6);

-- +goose Down
ALTER TABLE `opportunity_contacts` DROP COLUMN `as_of`;
DROP TABLE `related_mirrors`;
