-- +goose Up
-- Values that every record which Sidelight creates on a side gets in a field.
CREATE TABLE `constants` (
    `object` TEXT NOT NULL,
    `side` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `field` TEXT NOT NULL,
    `value` TEXT NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`object`, `side`, `name`)
);

-- +goose Down
DROP TABLE `constants`;
