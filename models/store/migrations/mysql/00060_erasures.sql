-- +goose Up
-- Keyed hashes of the addresses and ids of erased people: who has one of them is kept away.
CREATE TABLE `tombstones` (
    `hash` CHAR(64) NOT NULL,
    `person_id` VARCHAR(64) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`hash`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX `tombstones_of_person` ON `tombstones` (`person_id`);

-- One row: the key of those hashes, sealed, so that it outlives every rotation.
CREATE TABLE `tombstone_keys` (
    `id` INT NOT NULL,
    `sealed` VARBINARY(255) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Rises with every erasure and every lifting.
ALTER TABLE `integrations` ADD COLUMN `erasures` BIGINT NOT NULL DEFAULT 0;

-- People who were deleted at their vendor leave the mirrors after a while.
CREATE INDEX `desk_contacts_deleted` ON `desk_contacts` (`deleted_at`);
CREATE INDEX `salesforce_contacts_deleted` ON `salesforce_contacts` (`deleted_at`);

-- +goose Down
DROP INDEX `salesforce_contacts_deleted` ON `salesforce_contacts`;
DROP INDEX `desk_contacts_deleted` ON `desk_contacts`;
ALTER TABLE `integrations` DROP COLUMN `erasures`;
DROP TABLE `tombstone_keys`;
DROP TABLE `tombstones`;
