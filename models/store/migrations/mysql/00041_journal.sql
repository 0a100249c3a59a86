-- +goose Up
-- The journal as the console lists it, latest first: of one link, or of one run.
CREATE INDEX `changes_of_link` ON `changes` (`link_id`, `id`);
CREATE INDEX `changes_of_run` ON `changes` (`run_id`, `id`);

-- +goose Down
DROP INDEX `changes_of_run` ON `changes`;
DROP INDEX `changes_of_link` ON `changes`;
