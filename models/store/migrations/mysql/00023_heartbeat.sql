-- +goose Up
-- One row, written again and again to know that the database can be written.
CREATE TABLE `heartbeats` (
    `id` BIGINT NOT NULL,
    `beat_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO `heartbeats` (`id`, `beat_at`) VALUES (1, '2026-01-01 00:00:00');

-- +goose Down
DROP TABLE `heartbeats`;
