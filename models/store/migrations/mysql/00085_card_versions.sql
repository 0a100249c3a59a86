-- +goose Up
CREATE TABLE `card_versions` (
    `customer_id` VARCHAR(64) NOT NULL,
    `version` BIGINT NOT NULL,
    PRIMARY KEY (`customer_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE `card_versions`;
