-- +goose Up
-- One row, written again and again to know that the database can be written.
CREATE TABLE `heartbeats` (
    `id` INTEGER NOT NULL,
    `beat_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);
INSERT INTO `heartbeats` (`id`, `beat_at`) VALUES (1, '2026-01-01 00:00:00+00:00');

-- +goose Down
DROP TABLE `heartbeats`;
