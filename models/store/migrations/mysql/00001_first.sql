-- +goose Up
CREATE TABLE `integrations` (
    `id` INT NOT NULL,
    `status` VARCHAR(32) NOT NULL,
    `reason` LONGTEXT,
    `resume` VARCHAR(32) NOT NULL,
    `direction` VARCHAR(32) NOT NULL,
    `conflict_policy` VARCHAR(32) NOT NULL,
    `delete_policy` VARCHAR(32) NOT NULL,
    `history_days` INT NOT NULL,
    `epoch` BIGINT NOT NULL,
    `mapping_version` BIGINT NOT NULL,
    `policy_version` BIGINT NOT NULL,
    `brake` VARCHAR(32) NOT NULL,
    `loaded_at` DATETIME(6),
    `paused_at` DATETIME(6),
    `last_synced_at` DATETIME(6),
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `connections` (
    `side` VARCHAR(16) NOT NULL,
    `connected` BOOLEAN NOT NULL,
    `host` VARCHAR(255),
    `login_url` VARCHAR(255),
    `organization` VARCHAR(255),
    `org_id` VARCHAR(64),
    `secrets` LONGBLOB,
    `connected_at` DATETIME(6),
    `problem` LONGTEXT,
    `problem_code` VARCHAR(64) NOT NULL,
    `checks` LONGTEXT,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`side`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `field_mappings` (
    `id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `desk` LONGTEXT NOT NULL,
    `salesforce` LONGTEXT NOT NULL,
    `rule` VARCHAR(40) NOT NULL,
    `position` INT NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `cursors` (
    `side` VARCHAR(16) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `kind` VARCHAR(16) NOT NULL,
    `value` LONGTEXT NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`side`, `object`, `kind`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `desk_contacts` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `match_key` VARCHAR(191) NOT NULL,
    `parent_id` VARCHAR(64) NOT NULL,
    `data` LONGTEXT NOT NULL,
    `modified_at` DATETIME(6) NOT NULL,
    `observed_at` DATETIME(6) NOT NULL,
    `deleted_at` DATETIME(6),
    `merged_into` VARCHAR(64) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `desk_accounts` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `match_key` VARCHAR(191) NOT NULL,
    `parent_id` VARCHAR(64) NOT NULL,
    `data` LONGTEXT NOT NULL,
    `modified_at` DATETIME(6) NOT NULL,
    `observed_at` DATETIME(6) NOT NULL,
    `deleted_at` DATETIME(6),
    `merged_into` VARCHAR(64) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `salesforce_contacts` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `match_key` VARCHAR(191) NOT NULL,
    `parent_id` VARCHAR(64) NOT NULL,
    `data` LONGTEXT NOT NULL,
    `modified_at` DATETIME(6) NOT NULL,
    `observed_at` DATETIME(6) NOT NULL,
    `deleted_at` DATETIME(6),
    `merged_into` VARCHAR(64) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `salesforce_accounts` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `match_key` VARCHAR(191) NOT NULL,
    `parent_id` VARCHAR(64) NOT NULL,
    `data` LONGTEXT NOT NULL,
    `modified_at` DATETIME(6) NOT NULL,
    `observed_at` DATETIME(6) NOT NULL,
    `deleted_at` DATETIME(6),
    `merged_into` VARCHAR(64) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `links` (
    `id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `desk_id` VARCHAR(64),
    `salesforce_id` VARCHAR(64),
    `base_desk` LONGTEXT,
    `base_salesforce` LONGTEXT,
    `matched_by` VARCHAR(32) NOT NULL,
    `version` BIGINT NOT NULL,
    `dirty` BOOLEAN NOT NULL,
    `plan_after` DATETIME(6),
    `synced_at` DATETIME(6),
    `created_at` DATETIME(6) NOT NULL,
    `dirty_since` DATETIME(6),
    `live` BOOLEAN NOT NULL,
    `name_key` VARCHAR(191) NOT NULL,
    `match_key` VARCHAR(191) NOT NULL,
    `moved_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `intents` (
    `id` VARCHAR(64) NOT NULL,
    `link_id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `side` VARCHAR(16) NOT NULL,
    `op` VARCHAR(16) NOT NULL,
    `record_id` VARCHAR(64) NOT NULL,
    `values` LONGTEXT,
    `before` LONGTEXT,
    `source` LONGTEXT,
    `partial` BOOLEAN NOT NULL,
    `run_id` VARCHAR(64) NOT NULL,
    `state` VARCHAR(16) NOT NULL,
    `epoch` BIGINT NOT NULL,
    `attempts` INT NOT NULL,
    `fence` BIGINT NOT NULL,
    `owner` VARCHAR(64) NOT NULL,
    `lease_until` DATETIME(6),
    `lease_ms` BIGINT NOT NULL,
    `next_at` DATETIME(6),
    `last_code` VARCHAR(64) NOT NULL,
    `priority` INT NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sync_runs` (
    `id` VARCHAR(64) NOT NULL,
    `trigger` VARCHAR(16) NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `started_at` DATETIME(6) NOT NULL,
    `finished_at` DATETIME(6),
    `phase` VARCHAR(16) NOT NULL,
    `object` VARCHAR(16),
    `done` INT NOT NULL,
    `total` INT,
    `phase_at` DATETIME(6) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sync_tallies` (
    `run_id` VARCHAR(64) NOT NULL,
    `source` VARCHAR(16) NOT NULL,
    `target` VARCHAR(16) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `added` INT NOT NULL,
    `updated` INT NOT NULL,
    `unchanged` INT NOT NULL,
    `failed` INT NOT NULL,
    PRIMARY KEY (`run_id`, `source`, `target`, `object`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `failures` (
    `id` VARCHAR(64) NOT NULL,
    `link_id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `source` VARCHAR(16) NOT NULL,
    `target` VARCHAR(16) NOT NULL,
    `record_id` VARCHAR(64) NOT NULL,
    `record_name` LONGTEXT,
    `code` VARCHAR(64) NOT NULL,
    `message` LONGTEXT NOT NULL,
    `hint` LONGTEXT,
    `fields` LONGTEXT NOT NULL,
    `attempts` INT NOT NULL,
    `run_id` VARCHAR(64) NOT NULL,
    `first_at` DATETIME(6) NOT NULL,
    `last_at` DATETIME(6) NOT NULL,
    `next_retry_at` DATETIME(6),
    `resolved_at` DATETIME(6),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `conflicts` (
    `id` VARCHAR(64) NOT NULL,
    `link_id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `record_name` LONGTEXT,
    `field` VARCHAR(191) NOT NULL,
    `base` LONGTEXT,
    `desk` LONGTEXT,
    `salesforce` LONGTEXT,
    `winner` VARCHAR(16),
    `at` DATETIME(6) NOT NULL,
    `resolved_at` DATETIME(6),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `changes` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `link_id` VARCHAR(64) NOT NULL,
    `object` VARCHAR(16) NOT NULL,
    `side` VARCHAR(16) NOT NULL,
    `record_id` VARCHAR(64) NOT NULL,
    `field` VARCHAR(191) NOT NULL,
    `old` LONGTEXT,
    `new` LONGTEXT,
    `rule` VARCHAR(40) NOT NULL,
    `run_id` VARCHAR(64) NOT NULL,
    `at` DATETIME(6) NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `rehearsals` (
    `id` VARCHAR(64) NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `objects` LONGTEXT,
    `created_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `opportunities` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT,
    `stage` VARCHAR(191),
    `amount` BIGINT,
    `currency` VARCHAR(16),
    `probability` DOUBLE,
    `close_date` CHAR(10),
    `open` BOOLEAN,
    `won` BOOLEAN,
    `owner_id` VARCHAR(64),
    `owner_name` LONGTEXT,
    `owner_email` LONGTEXT,
    `account_id` VARCHAR(64),
    `updated_at` DATETIME(6),
    `as_of` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `opportunity_contacts` (
    `opportunity_id` VARCHAR(64) NOT NULL,
    `contact_id` VARCHAR(64) NOT NULL,
    `role` LONGTEXT,
    PRIMARY KEY (`opportunity_id`, `contact_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `notes` (
    `id` VARCHAR(64) NOT NULL,
    `contact_id` VARCHAR(64) NOT NULL,
    `title` LONGTEXT,
    `body` LONGTEXT,
    `created_by_id` VARCHAR(64),
    `created_by_name` LONGTEXT,
    `created_at` DATETIME(6),
    `updated_at` DATETIME(6),
    `as_of` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`, `contact_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `events` (
    `id` VARCHAR(64) NOT NULL,
    `who_id` VARCHAR(64) NOT NULL,
    `account_id` VARCHAR(64),
    `subject` LONGTEXT,
    `starts_at` DATETIME(6),
    `ends_at` DATETIME(6),
    `all_day` BOOLEAN,
    `location` LONGTEXT,
    `description` LONGTEXT,
    `owner_id` VARCHAR(64),
    `owner_name` LONGTEXT,
    `as_of` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`, `who_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `tasks` (
    `id` VARCHAR(64) NOT NULL,
    `who_id` VARCHAR(64) NOT NULL,
    `account_id` VARCHAR(64),
    `subject` LONGTEXT,
    `status` VARCHAR(191),
    `priority` VARCHAR(191),
    `due_date` CHAR(10),
    `open` BOOLEAN,
    `description` LONGTEXT,
    `owner_id` VARCHAR(64),
    `owner_name` LONGTEXT,
    `as_of` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`, `who_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `related_states` (
    `customer_id` VARCHAR(64) NOT NULL,
    `section` VARCHAR(32) NOT NULL,
    `as_of` DATETIME(6) NOT NULL,
    `stale` BOOLEAN NOT NULL,
    PRIMARY KEY (`customer_id`, `section`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `tickets` (
    `id` VARCHAR(64) NOT NULL,
    `number` VARCHAR(64) NOT NULL,
    `contact_id` VARCHAR(64) NOT NULL,
    `account_id` VARCHAR(64) NOT NULL,
    `as_of` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `profiles` (
    `id` VARCHAR(64) NOT NULL,
    `name` VARCHAR(191) NOT NULL,
    `switches` INT NOT NULL,
    `hidden` LONGTEXT NOT NULL,
    `deny_mode` VARCHAR(16) NOT NULL,
    `updated_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `service_tokens` (
    `id` VARCHAR(64) NOT NULL,
    `name` LONGTEXT NOT NULL,
    `hash` VARBINARY(32) NOT NULL,
    `profile_id` VARCHAR(64),
    `deny_mode` VARCHAR(16) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6),
    `last_used_at` DATETIME(6),
    `revoked_at` DATETIME(6),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sign_ins` (
    `id` VARCHAR(64) NOT NULL,
    `subject` VARCHAR(191) NOT NULL,
    `profile_id` VARCHAR(64) NOT NULL,
    `device` VARCHAR(191) NOT NULL,
    `refresh_hash` VARBINARY(32) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `revoked_at` DATETIME(6),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sign_in_states` (
    `id` VARCHAR(64) NOT NULL,
    `sealed` LONGBLOB NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `audit_entries` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `at` DATETIME(6) NOT NULL,
    `subject` VARCHAR(191) NOT NULL,
    `action` VARCHAR(64) NOT NULL,
    `target` VARCHAR(191),
    `detail` LONGTEXT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `leases` (
    `name` VARCHAR(64) NOT NULL,
    `owner` VARCHAR(64) NOT NULL,
    `fence` BIGINT NOT NULL,
    `until_` DATETIME(6) NOT NULL,
    PRIMARY KEY (`name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `settings` (
    `name` VARCHAR(64) NOT NULL,
    `value` LONGTEXT NOT NULL,
    PRIMARY KEY (`name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE UNIQUE INDEX `links_object_desk_id` ON `links` (`object`, `desk_id`);
CREATE UNIQUE INDEX `links_object_salesforce_id` ON `links` (`object`, `salesforce_id`);
CREATE INDEX `links_dirty_object_id` ON `links` (`dirty`, `object`, `id`);
CREATE INDEX `links_object_live_name_key_id` ON `links` (`object`, `live`, `name_key`, `id`);
CREATE INDEX `links_object_live_match_key_id` ON `links` (`object`, `live`, `match_key`, `id`);
CREATE INDEX `links_object_live_moved_at_id` ON `links` (`object`, `live`, `moved_at`, `id`);
CREATE INDEX `links_dirty_since` ON `links` (`dirty_since`);
CREATE INDEX `intents_side_state_priority_id` ON `intents` (`side`, `state`, `priority`, `id`);
CREATE INDEX `intents_link_id_state` ON `intents` (`link_id`, `state`);
CREATE INDEX `intents_state_epoch` ON `intents` (`state`, `epoch`);
CREATE INDEX `sync_runs_status_trigger` ON `sync_runs` (`status`, `trigger`);
CREATE INDEX `sync_runs_started_at_id` ON `sync_runs` (`started_at`, `id`);
CREATE INDEX `failures_link_id_resolved_at` ON `failures` (`link_id`, `resolved_at`);
CREATE INDEX `failures_resolved_at_object_code` ON `failures` (`resolved_at`, `object`, `code`);
CREATE INDEX `failures_last_at_id` ON `failures` (`last_at`, `id`);
CREATE INDEX `conflicts_link_id_field` ON `conflicts` (`link_id`, `field`);
CREATE INDEX `conflicts_resolved_at_at` ON `conflicts` (`resolved_at`, `at`);
CREATE INDEX `conflicts_at_id` ON `conflicts` (`at`, `id`);
CREATE INDEX `changes_link_id_field_id` ON `changes` (`link_id`, `field`, `id`);
CREATE INDEX `changes_at` ON `changes` (`at`);
CREATE INDEX `opportunities_account_id` ON `opportunities` (`account_id`);
CREATE INDEX `opportunities_close_date_id` ON `opportunities` (`close_date`, `id`);
CREATE INDEX `opportunities_amount_id` ON `opportunities` (`amount`, `id`);
CREATE INDEX `opportunities_stage_id` ON `opportunities` (`stage`, `id`);
CREATE INDEX `opportunities_owner_id` ON `opportunities` (`owner_id`);
CREATE INDEX `opportunity_contacts_contact_id` ON `opportunity_contacts` (`contact_id`);
CREATE INDEX `notes_contact_id_created_at` ON `notes` (`contact_id`, `created_at`);
CREATE INDEX `events_who_id_starts_at` ON `events` (`who_id`, `starts_at`);
CREATE INDEX `events_account_id` ON `events` (`account_id`);
CREATE INDEX `tasks_who_id_due_date` ON `tasks` (`who_id`, `due_date`);
CREATE INDEX `tasks_account_id` ON `tasks` (`account_id`);
CREATE UNIQUE INDEX `service_tokens_hash` ON `service_tokens` (`hash`);
CREATE UNIQUE INDEX `sign_ins_refresh_hash` ON `sign_ins` (`refresh_hash`);
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);
CREATE INDEX `desk_contacts_match_key` ON `desk_contacts` (`match_key`);
CREATE INDEX `desk_contacts_parent_id` ON `desk_contacts` (`parent_id`);
CREATE INDEX `desk_accounts_match_key` ON `desk_accounts` (`match_key`);
CREATE INDEX `desk_accounts_parent_id` ON `desk_accounts` (`parent_id`);
CREATE INDEX `salesforce_contacts_match_key` ON `salesforce_contacts` (`match_key`);
CREATE INDEX `salesforce_contacts_parent_id` ON `salesforce_contacts` (`parent_id`);
CREATE INDEX `salesforce_accounts_match_key` ON `salesforce_accounts` (`match_key`);
CREATE INDEX `salesforce_accounts_parent_id` ON `salesforce_accounts` (`parent_id`);

-- +goose Down
DROP TABLE `settings`;
DROP TABLE `leases`;
DROP TABLE `audit_entries`;
DROP TABLE `sign_in_states`;
DROP TABLE `sign_ins`;
DROP TABLE `service_tokens`;
DROP TABLE `profiles`;
DROP TABLE `tickets`;
DROP TABLE `related_states`;
DROP TABLE `tasks`;
DROP TABLE `events`;
DROP TABLE `notes`;
DROP TABLE `opportunity_contacts`;
DROP TABLE `opportunities`;
DROP TABLE `rehearsals`;
DROP TABLE `changes`;
DROP TABLE `conflicts`;
DROP TABLE `failures`;
DROP TABLE `sync_tallies`;
DROP TABLE `sync_runs`;
DROP TABLE `intents`;
DROP TABLE `links`;
DROP TABLE `salesforce_accounts`;
DROP TABLE `salesforce_contacts`;
DROP TABLE `desk_accounts`;
DROP TABLE `desk_contacts`;
DROP TABLE `cursors`;
DROP TABLE `field_mappings`;
DROP TABLE `connections`;
DROP TABLE `integrations`;
