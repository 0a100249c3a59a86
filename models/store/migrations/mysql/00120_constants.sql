-- +goose Up
-- Values that every record which Sidelight creates on a side gets in a field.
CREATE TABLE `constants` (
    `object` VARCHAR(16) NOT NULL,
    `side` VARCHAR(16) NOT NULL,
    `name` VARCHAR(128) NOT NULL,
    `field` LONGTEXT NOT NULL,
    `value` LONGTEXT NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`object`, `side`, `name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `constants`;
