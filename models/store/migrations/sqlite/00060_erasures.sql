-- +goose Up
-- Keyed hashes of the addresses and ids of erased people: who has one of them is kept away.
CREATE TABLE `tombstones` (
    `hash` TEXT NOT NULL,
    `person_id` TEXT NOT NULL,
    `created_at` DATETIME NOT NULL,
    PRIMARY KEY (`hash`)
);
CREATE INDEX `tombstones_of_person` ON `tombstones` (`person_id`);

-- One row: the key of those hashes, sealed, so that it outlives every rotation.
CREATE TABLE `tombstone_keys` (
    `id` INTEGER NOT NULL,
    `sealed` BLOB NOT NULL,
    PRIMARY KEY (`id`)
);

-- Rises with every erasure and every lifting.
ALTER TABLE `integrations` ADD COLUMN `erasures` INTEGER NOT NULL DEFAULT 0;

-- People who were deleted at their vendor leave the mirrors after a while.
CREATE INDEX `desk_contacts_deleted` ON `desk_contacts` (`deleted_at`);
CREATE INDEX `salesforce_contacts_deleted` ON `salesforce_contacts` (`deleted_at`);

-- +goose Down
DROP INDEX `salesforce_contacts_deleted`;
DROP INDEX `desk_contacts_deleted`;
ALTER TABLE `integrations` DROP COLUMN `erasures`;
DROP TABLE `tombstone_keys`;
DROP TABLE `tombstones`;
