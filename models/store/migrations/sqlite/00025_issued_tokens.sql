-- +goose Up
CREATE TABLE `issued_tokens` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `scope` TEXT NOT NULL,
    `profile_id` TEXT,
    `created_at` DATETIME NOT NULL,
    `expires_at` DATETIME NOT NULL,
    `revoked_at` DATETIME,
    PRIMARY KEY (`id`)
);

-- +goose Down
DROP TABLE `issued_tokens`;
