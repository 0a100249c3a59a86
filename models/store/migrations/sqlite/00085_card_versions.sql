-- +goose Up
CREATE TABLE `card_versions` (
    `customer_id` TEXT NOT NULL,
    `version` BIGINT NOT NULL,
    PRIMARY KEY (`customer_id`)
);

-- +goose Down
DROP TABLE `card_versions`;
