-- +goose Up
-- Lists became a switch of its own (512): on for profiles that were open, as it was.
UPDATE `profiles` SET `switches` = `switches` | 512 WHERE `switches` > 0;

-- +goose Down
UPDATE `profiles` SET `switches` = `switches` & 511;
