-- +goose Up
CREATE TABLE `integrations` (
    `id` INTEGER NOT NULL,
    `status` TEXT NOT NULL,
    `reason` TEXT,
    `resume` TEXT NOT NULL,
    `direction` TEXT NOT NULL,
    `conflict_policy` TEXT NOT NULL,
    `delete_policy` TEXT NOT NULL,
    `history_days` INTEGER NOT NULL,
    `epoch` INTEGER NOT NULL,
    `mapping_version` INTEGER NOT NULL,
    `policy_version` INTEGER NOT NULL,
    `brake` TEXT NOT NULL,
    `loaded_at` DATETIME,
    `paused_at` DATETIME,
    `last_synced_at` DATETIME,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `connections` (
    `side` TEXT NOT NULL,
    `connected` BOOLEAN NOT NULL,
    `host` TEXT,
    `login_url` TEXT,
    `organization` TEXT,
    `org_id` TEXT,
    `secrets` BLOB,
    `connected_at` DATETIME,
    `problem` TEXT,
    `problem_code` TEXT NOT NULL,
    `checks` TEXT,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`side`)
);

CREATE TABLE `field_mappings` (
    `id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `desk` TEXT NOT NULL,
    `salesforce` TEXT NOT NULL,
    `rule` TEXT NOT NULL,
    `position` INTEGER NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `cursors` (
    `side` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `value` TEXT NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`side`, `object`, `kind`)
);

CREATE TABLE `desk_contacts` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `match_key` TEXT NOT NULL,
    `parent_id` TEXT NOT NULL,
    `data` TEXT NOT NULL,
    `modified_at` DATETIME NOT NULL,
    `observed_at` DATETIME NOT NULL,
    `deleted_at` DATETIME,
    `merged_into` TEXT NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `desk_accounts` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `match_key` TEXT NOT NULL,
    `parent_id` TEXT NOT NULL,
    `data` TEXT NOT NULL,
    `modified_at` DATETIME NOT NULL,
    `observed_at` DATETIME NOT NULL,
    `deleted_at` DATETIME,
    `merged_into` TEXT NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `salesforce_contacts` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `match_key` TEXT NOT NULL,
    `parent_id` TEXT NOT NULL,
    `data` TEXT NOT NULL,
    `modified_at` DATETIME NOT NULL,
    `observed_at` DATETIME NOT NULL,
    `deleted_at` DATETIME,
    `merged_into` TEXT NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `salesforce_accounts` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `match_key` TEXT NOT NULL,
    `parent_id` TEXT NOT NULL,
    `data` TEXT NOT NULL,
    `modified_at` DATETIME NOT NULL,
    `observed_at` DATETIME NOT NULL,
    `deleted_at` DATETIME,
    `merged_into` TEXT NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `links` (
    `id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `desk_id` TEXT,
    `salesforce_id` TEXT,
    `base_desk` TEXT,
    `base_salesforce` TEXT,
    `matched_by` TEXT NOT NULL,
    `version` INTEGER NOT NULL,
    `dirty` BOOLEAN NOT NULL,
    `plan_after` DATETIME,
    `synced_at` DATETIME,
    `created_at` DATETIME NOT NULL,
    `dirty_since` DATETIME,
    `live` BOOLEAN NOT NULL,
    `name_key` TEXT NOT NULL,
    `match_key` TEXT NOT NULL,
    `moved_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `intents` (
    `id` TEXT NOT NULL,
    `link_id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `side` TEXT NOT NULL,
    `op` TEXT NOT NULL,
    `record_id` TEXT NOT NULL,
    `values` TEXT,
    `before` TEXT,
    `source` TEXT,
    `partial` BOOLEAN NOT NULL,
    `run_id` TEXT NOT NULL,
    `state` TEXT NOT NULL,
    `epoch` INTEGER NOT NULL,
    `attempts` INTEGER NOT NULL,
    `fence` INTEGER NOT NULL,
    `owner` TEXT NOT NULL,
    `lease_until` DATETIME,
    `lease_ms` INTEGER NOT NULL,
    `next_at` DATETIME,
    `last_code` TEXT NOT NULL,
    `priority` INTEGER NOT NULL,
    `created_at` DATETIME NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `sync_runs` (
    `id` TEXT NOT NULL,
    `trigger` TEXT NOT NULL,
    `status` TEXT NOT NULL,
    `started_at` DATETIME NOT NULL,
    `finished_at` DATETIME,
    `phase` TEXT NOT NULL,
    `object` TEXT,
    `done` INTEGER NOT NULL,
    `total` INTEGER,
    `phase_at` DATETIME NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `sync_tallies` (
    `run_id` TEXT NOT NULL,
    `source` TEXT NOT NULL,
    `target` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `added` INTEGER NOT NULL,
    `updated` INTEGER NOT NULL,
    `unchanged` INTEGER NOT NULL,
    `failed` INTEGER NOT NULL,
    PRIMARY KEY (`run_id`, `source`, `target`, `object`)
);

CREATE TABLE `failures` (
    `id` TEXT NOT NULL,
    `link_id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `source` TEXT NOT NULL,
    `target` TEXT NOT NULL,
    `record_id` TEXT NOT NULL,
    `record_name` TEXT,
    `code` TEXT NOT NULL,
    `message` TEXT NOT NULL,
    `hint` TEXT,
    `fields` TEXT NOT NULL,
    `attempts` INTEGER NOT NULL,
    `run_id` TEXT NOT NULL,
    `first_at` DATETIME NOT NULL,
    `last_at` DATETIME NOT NULL,
    `next_retry_at` DATETIME,
    `resolved_at` DATETIME,
    PRIMARY KEY (`id`)
);

CREATE TABLE `conflicts` (
    `id` TEXT NOT NULL,
    `link_id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `record_name` TEXT,
    `field` TEXT NOT NULL,
    `base` TEXT,
    `desk` TEXT,
    `salesforce` TEXT,
    `winner` TEXT,
    `at` DATETIME NOT NULL,
    `resolved_at` DATETIME,
    PRIMARY KEY (`id`)
);

CREATE TABLE `changes` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `link_id` TEXT NOT NULL,
    `object` TEXT NOT NULL,
    `side` TEXT NOT NULL,
    `record_id` TEXT NOT NULL,
    `field` TEXT NOT NULL,
    `old` TEXT,
    `new` TEXT,
    `rule` TEXT NOT NULL,
    `run_id` TEXT NOT NULL,
    `at` DATETIME NOT NULL
);

CREATE TABLE `rehearsals` (
    `id` TEXT NOT NULL,
    `status` TEXT NOT NULL,
    `objects` TEXT,
    `created_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `opportunities` (
    `id` TEXT NOT NULL,
    `name` TEXT,
    `stage` TEXT,
    `amount` INTEGER,
    `currency` TEXT,
    `probability` REAL,
    `close_date` TEXT,
    `open` BOOLEAN,
    `won` BOOLEAN,
    `owner_id` TEXT,
    `owner_name` TEXT,
    `owner_email` TEXT,
    `account_id` TEXT,
    `updated_at` DATETIME,
    `as_of` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `opportunity_contacts` (
    `opportunity_id` TEXT NOT NULL,
    `contact_id` TEXT NOT NULL,
    `role` TEXT,
    PRIMARY KEY (`opportunity_id`, `contact_id`)
);

CREATE TABLE `notes` (
    `id` TEXT NOT NULL,
    `contact_id` TEXT NOT NULL,
    `title` TEXT,
    `body` TEXT,
    `created_by_id` TEXT,
    `created_by_name` TEXT,
    `created_at` DATETIME,
    `updated_at` DATETIME,
    `as_of` DATETIME NOT NULL,
    PRIMARY KEY (`id`, `contact_id`)
);

CREATE TABLE `events` (
    `id` TEXT NOT NULL,
    `who_id` TEXT NOT NULL,
    `account_id` TEXT,
    `subject` TEXT,
    `starts_at` DATETIME,
    `ends_at` DATETIME,
    `all_day` BOOLEAN,
    `location` TEXT,
    `description` TEXT,
    `owner_id` TEXT,
    `owner_name` TEXT,
    `as_of` DATETIME NOT NULL,
    PRIMARY KEY (`id`, `who_id`)
);

CREATE TABLE `tasks` (
    `id` TEXT NOT NULL,
    `who_id` TEXT NOT NULL,
    `account_id` TEXT,
    `subject` TEXT,
    `status` TEXT,
    `priority` TEXT,
    `due_date` TEXT,
    `open` BOOLEAN,
    `description` TEXT,
    `owner_id` TEXT,
    `owner_name` TEXT,
    `as_of` DATETIME NOT NULL,
    PRIMARY KEY (`id`, `who_id`)
);

CREATE TABLE `related_states` (
    `customer_id` TEXT NOT NULL,
    `section` TEXT NOT NULL,
    `as_of` DATETIME NOT NULL,
    `stale` BOOLEAN NOT NULL,
    PRIMARY KEY (`customer_id`, `section`)
);

CREATE TABLE `tickets` (
    `id` TEXT NOT NULL,
    `number` TEXT NOT NULL,
    `contact_id` TEXT NOT NULL,
    `account_id` TEXT NOT NULL,
    `as_of` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `profiles` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `switches` INTEGER NOT NULL,
    `hidden` TEXT NOT NULL,
    `deny_mode` TEXT NOT NULL,
    `updated_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `service_tokens` (
    `id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `hash` BLOB NOT NULL,
    `profile_id` TEXT,
    `deny_mode` TEXT NOT NULL,
    `created_at` DATETIME NOT NULL,
    `expires_at` DATETIME,
    `last_used_at` DATETIME,
    `revoked_at` DATETIME,
    PRIMARY KEY (`id`)
);

CREATE TABLE `sign_ins` (
    `id` TEXT NOT NULL,
    `subject` TEXT NOT NULL,
    `profile_id` TEXT NOT NULL,
    `device` TEXT NOT NULL,
    `refresh_hash` BLOB NOT NULL,
    `created_at` DATETIME NOT NULL,
    `expires_at` DATETIME NOT NULL,
    `revoked_at` DATETIME,
    PRIMARY KEY (`id`)
);

CREATE TABLE `sign_in_states` (
    `id` TEXT NOT NULL,
    `sealed` BLOB NOT NULL,
    `expires_at` DATETIME NOT NULL,
    PRIMARY KEY (`id`)
);

CREATE TABLE `audit_entries` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `at` DATETIME NOT NULL,
    `subject` TEXT NOT NULL,
    `action` TEXT NOT NULL,
    `target` TEXT,
    `detail` TEXT
);

CREATE TABLE `leases` (
    `name` TEXT NOT NULL,
    `owner` TEXT NOT NULL,
    `fence` INTEGER NOT NULL,
    `until_` DATETIME NOT NULL,
    PRIMARY KEY (`name`)
);

CREATE TABLE `settings` (
    `name` TEXT NOT NULL,
    `value` TEXT NOT NULL,
    PRIMARY KEY (`name`)
);

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
