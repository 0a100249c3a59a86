/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The two vendors. */
export type Side =
  /** Zoho Desk. */
  | 'DESK'
  /** Salesforce. */
  | 'SALESFORCE';

/** The kinds of records that are kept the same on both sides. */
export type SyncObject =
  | 'CONTACT'
  | 'ACCOUNT';

/** How what a caller may not see is answered. */
export type DenyMode =
  /** Null, and named in extensions.accessDenied. */
  | 'MASK'
  /** Null, and an entry in errors for each denied field. */
  | 'ERROR'
  /** The whole request is refused. */
  | 'REJECT';

/** A change of a profile's permission; what is left out stays as it is. */
export type ProfilePermissionInput = {
  visible?: boolean | null | undefined;
  contacts?: boolean | null | undefined;
  accounts?: boolean | null | undefined;
  contactInfo?: boolean | null | undefined;
  accountInfo?: boolean | null | undefined;
  opportunities?: boolean | null | undefined;
  notes?: boolean | null | undefined;
  events?: boolean | null | undefined;
  tasks?: boolean | null | undefined;
  hiddenFields?: Array<string> | null | undefined;
  /** How what the profile may not see is answered. */
  denyMode?: DenyMode | null | undefined;
};

/** Says whose card is wanted: exactly one. */
export type CustomerKey =
  {   deskTicketId: string | number; deskContactId?: never; deskAccountId?: never; email?: never; salesforceId?: never; }
  |  { deskTicketId?: never;   deskContactId: string | number; deskAccountId?: never; email?: never; salesforceId?: never; }
  |  { deskTicketId?: never; deskContactId?: never;   deskAccountId: string | number; email?: never; salesforceId?: never; }
  |  { deskTicketId?: never; deskContactId?: never; deskAccountId?: never;   /** Case and surrounding space do not matter. */
  email: string; salesforceId?: never; }
  |  { deskTicketId?: never; deskContactId?: never; deskAccountId?: never; email?: never;   /** Of a contact or an account, 18 characters. */
  salesforceId: string | number; };

/** Why two records are not equal, or what a compare had to mend. */
export type DriftReason =
  /** The vendor's record had changed unnoticed; it was taken over. */
  | 'MISSED_CHANGE'
  /** The vendor no longer lists the record and says nothing of it; nothing was done. */
  | 'VANISHED'
  /** One of the two stands in a recycle bin. */
  | 'DELETED'
  /** A change is on its way. */
  | 'WAITING'
  /** The failure log says why. */
  | 'FAILED'
  | 'OUTSIDE_FILTER'
  /** A rule, the direction or a vendor's own way of writing keeps the values unlike. */
  | 'KEPT_APART'
  /** Nothing accounted for it; it was planned again. */
  | 'UNEXPLAINED'
  /** The record stands alone, by the direction or the delete policy. */
  | 'NO_COUNTERPART';

export type FailureFilter = {
  object?: SyncObject | null | undefined;
  code?: string | null | undefined;
  target?: Side | null | undefined;
  resolved?: boolean | null | undefined;
  since?: string | null | undefined;
};

/** How a field is compared. Text is compared without regard to case and surrounding space. */
export type FilterOp =
  | 'EQUALS'
  /** Blank is not equal to anything. */
  | 'NOT_EQUALS'
  | 'IN'
  | 'CONTAINS'
  | 'IS_BLANK'
  | 'NOT_BLANK';

/** What becomes of a linked pair that leaves the filter. Both records stay where they are. */
export type LeavingPolicy =
  /** It stays linked and rests; when it comes back, what changed meanwhile is carried over. */
  | 'KEEP'
  /** It is taken apart: neither is the other's counterpart any more. */
  | 'UNLINK';

/** Replaces an object's filter. */
export type SyncFilterInput = {
  conditions: Array<FilterConditionInput>;
  /** KEEP when left out. */
  leaving?: LeavingPolicy | null | undefined;
};

/** One comparison of a field by its API name. */
export type FilterConditionInput = {
  side: Side;
  field: string;
  op: FilterOp;
  /** One value; several for IN, none for IS_BLANK and NOT_BLANK. */
  values?: Array<string> | null | undefined;
};

/** Where the integration stands. */
export type IntegrationStatus =
  | 'NOT_CONNECTED'
  | 'READY'
  | 'LOADING'
  | 'ACTIVE'
  | 'PAUSED'
  /** An admin must do something: see reason. */
  | 'BROKEN'
  | 'DELETED';

export type SyncDirection =
  | 'TWO_WAY'
  | 'SALESFORCE_TO_DESK';

/** Who wins a field that both sides changed, where the field's rule does not say. */
export type ConflictPolicy =
  | 'LATEST_WINS'
  | 'SALESFORCE_WINS'
  | 'DESK_WINS';

/** What a change of the surviving record means for the deleted one. */
export type DeletePolicy =
  | 'RESTORE_ON_UPDATE'
  | 'STAY_DELETED';

/** A change of the policies; what is left out stays as it is. */
export type SyncPolicyInput = {
  direction?: SyncDirection | null | undefined;
  conflictPolicy?: ConflictPolicy | null | undefined;
  deletePolicy?: DeletePolicy | null | undefined;
  historyDays?: number | null | undefined;
};

export type ConnectSalesforceInput = {
  /** https://login.salesforce.com, https://test.salesforce.com or My Domain. */
  loginUrl?: string | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
};

export type ConnectDeskInput = {
  /** us, eu, in, au, jp, ca, cn, sa, sg, ae or uk. */
  dataCenter?: string | null | undefined;
  orgId?: string | number | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
};

/** Which way a field flows and who wins. */
export type FieldRule =
  | 'TWO_WAY'
  | 'PREFER_SALESFORCE'
  | 'PREFER_SALESFORCE_UNLESS_BLANK'
  | 'PREFER_DESK'
  | 'SALESFORCE_TO_DESK'
  | 'DESK_TO_SALESFORCE'
  | 'OFF';

export type FieldMappingInput = {
  /** Desk's API name of the field. */
  desk: string;
  /** Salesforce's API name of the field. */
  salesforce: string;
  /** TWO_WAY when left out. */
  rule?: FieldRule | null | undefined;
};

export type Severity =
  /** Nothing is saved. */
  | 'ERROR'
  /** Some records will run into it. */
  | 'WARNING';

export type RunTrigger =
  | 'INITIAL'
  | 'CHANGE'
  | 'POLL'
  | 'RETRY'
  | 'MANUAL';

export type RunStatus =
  | 'RUNNING'
  | 'DONE'
  | 'STOPPED'
  | 'FAILED';

export type ServiceTokenInput = {
  name: string;
  /** The profile whose permissions the dashboard has; without one it may see everything. */
  profileId?: string | number | null | undefined;
  expiresAt?: string | null | undefined;
  /** How what the dashboard may not see is answered; left out or MASK, as the profile has it. */
  denyMode?: DenyMode | null | undefined;
};

export type StatusQueryVariables = Exact<{ [key: string]: never; }>;


export type StatusQuery = { integration: { status: IntegrationStatus, reason: string | null, waitingUntil: string | null, direction: SyncDirection, conflictPolicy: ConflictPolicy, deletePolicy: DeletePolicy, historyDays: number, pausedAt: string | null, lastSyncedAt: string | null, lagSeconds: number | null, salesforce: { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null } | null, desk: { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null } | null, progress: { phase: string, done: number, total: number | null, recordsPerSecond: number | null, secondsLeft: number | null } | null, counts: { linkedContacts: number, linkedAccounts: number, openFailures: number, openConflicts: number, pending: number } | null, apiBudgets: Array<{ side: Side, used: number | null, limit: number | null, keptForAgents: number | null, resetsAt: string | null }> | null, mappingProblems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> | null, driftReport: { id: string, status: RunStatus, startedAt: string, finishedAt: string | null, summary: string | null, objects: Array<{ object: SyncObject, deskRecords: number, salesforceRecords: number, pairs: number, equal: number, differences: Array<{ reason: DriftReason, side: Side | null, count: number, message: string | null, samples: Array<{ recordName: string | null, deskId: string | null, salesforceId: string | null, fields: Array<string> | null }> | null }> | null }> | null } | null } | null };

export type FoundFragment = { severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null };

export type DriftFragment = { id: string, status: RunStatus, startedAt: string, finishedAt: string | null, summary: string | null, objects: Array<{ object: SyncObject, deskRecords: number, salesforceRecords: number, pairs: number, equal: number, differences: Array<{ reason: DriftReason, side: Side | null, count: number, message: string | null, samples: Array<{ recordName: string | null, deskId: string | null, salesforceId: string | null, fields: Array<string> | null }> | null }> | null }> | null };

export type SideFragment = { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null };

export type StartSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type StartSyncMutation = { startSync: { id: string } | null };

export type CheckDriftMutationVariables = Exact<{ [key: string]: never; }>;


export type CheckDriftMutation = { checkDrift: { id: string } | null };

export type PauseSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type PauseSyncMutation = { pauseSync: { status: IntegrationStatus } | null };

export type ResumeSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type ResumeSyncMutation = { resumeSync: { status: IntegrationStatus } | null };

export type SetPolicyMutationVariables = Exact<{
  input: SyncPolicyInput;
}>;


export type SetPolicyMutation = { setSyncPolicy: { status: IntegrationStatus } | null };

export type DeleteIntegrationMutationVariables = Exact<{
  confirm: string;
}>;


export type DeleteIntegrationMutation = { deleteIntegration: { deleted: boolean } | null };

export type ConnectSalesforceMutationVariables = Exact<{
  input: ConnectSalesforceInput;
}>;


export type ConnectSalesforceMutation = { connectSalesforce: { authorizeUrl: string | null } | null };

export type ConnectDeskMutationVariables = Exact<{
  input: ConnectDeskInput;
}>;


export type ConnectDeskMutation = { connectDesk: { authorizeUrl: string | null } | null };

export type DisconnectMutationVariables = Exact<{
  side: Side;
}>;


export type DisconnectMutation = { disconnect: { status: IntegrationStatus } | null };

export type MappingQueryVariables = Exact<{
  object: SyncObject;
}>;


export type MappingQuery = { fieldMappings: Array<{ id: string, rule: FieldRule, desk: { name: string, label: string | null, type: string }, salesforce: { name: string, label: string | null, type: string } }> | null, desk: Array<{ name: string, label: string | null, type: string }> | null, salesforce: Array<{ name: string, label: string | null, type: string }> | null, syncFilters: Array<{ leaving: LeavingPolicy, conditions: Array<{ side: Side, op: FilterOp, values: Array<string> | null, field: { name: string } }> }> | null };

export type SaveFilterMutationVariables = Exact<{
  object: SyncObject;
  filter: SyncFilterInput;
}>;


export type SaveFilterMutation = { saveSyncFilter: { saved: boolean, problems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> } | null };

export type SaveMappingMutationVariables = Exact<{
  object: SyncObject;
  mappings: Array<FieldMappingInput> | FieldMappingInput;
}>;


export type SaveMappingMutation = { saveFieldMappings: { saved: boolean, problems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> } | null };

export type ResetMappingMutationVariables = Exact<{
  object: SyncObject;
}>;


export type ResetMappingMutation = { resetFieldMappings: { saved: boolean, problems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> } | null };

export type PermissionsQueryVariables = Exact<{ [key: string]: never; }>;


export type PermissionsQuery = { profiles: Array<{ id: string, name: string, denyMode: DenyMode, permission: { visible: boolean, contacts: boolean, accounts: boolean, contactInfo: boolean, accountInfo: boolean, opportunities: boolean, notes: boolean, events: boolean, tasks: boolean, hiddenFields: Array<string> } }> | null };

export type SetPermissionMutationVariables = Exact<{
  id: string | number;
  permission: ProfilePermissionInput;
}>;


export type SetPermissionMutation = { setProfilePermission: { id: string } | null };

export type HistoryQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type HistoryQuery = { syncRuns: { nodes: Array<{ id: string, trigger: RunTrigger, status: RunStatus, startedAt: string, finishedAt: string | null, tallies: Array<{ source: Side, target: Side, object: SyncObject, added: number, updated: number, unchanged: number, failed: number }> }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FailuresQueryVariables = Exact<{
  filter?: FailureFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type FailuresQuery = { failureCategories: Array<{ code: string, object: SyncObject, count: number, lastAt: string | null }> | null, failures: { totalCount: number | null, nodes: Array<{ id: string, object: SyncObject, source: Side, target: Side, recordId: string, recordName: string | null, code: string, message: string, hint: string | null, attempts: number, lastAt: string, nextRetryAt: string | null, resolvedAt: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, conflicts: { totalCount: number | null, nodes: Array<{ id: string, object: SyncObject, recordName: string | null, field: string, base: unknown, desk: unknown, salesforce: unknown, winner: Side | null, at: string }> | null } | null };

export type RetryMutationVariables = Exact<{
  ids?: Array<string | number> | string | number | null | undefined;
  filter?: FailureFilter | null | undefined;
}>;


export type RetryMutation = { retryFailures: { queued: number } | null };

export type ResolveMutationVariables = Exact<{
  id: string | number;
  choose: Side;
}>;


export type ResolveMutation = { resolveConflict: { id: string } | null };

export type RehearseMutationVariables = Exact<{
  object?: SyncObject | null | undefined;
  mappings?: Array<FieldMappingInput> | FieldMappingInput | null | undefined;
}>;


export type RehearseMutation = { rehearseSync: { id: string } | null };

export type RehearsalQueryVariables = Exact<{
  id: string | number;
}>;


export type RehearsalQuery = { rehearsal: { status: RunStatus, objects: Array<{ object: SyncObject, matched: number, ambiguous: number, createInDesk: number, createInSalesforce: number, updateInDesk: number, updateInSalesforce: number, problems: number, samples: Array<{ action: string, recordName: string | null, deskId: string | null, salesforceId: string | null, changes: Array<{ field: string, side: Side, from: unknown, to: unknown }> | null }> | null }> | null } | null };

export type TokensQueryVariables = Exact<{ [key: string]: never; }>;


export type TokensQuery = { serviceTokens: Array<{ id: string, name: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, denyMode: DenyMode, profile: { name: string } | null }> | null, profiles: Array<{ id: string, name: string }> | null, auditLog: { nodes: Array<{ id: string, at: string, subject: string, action: string, target: string | null, detail: unknown }> | null } | null };

export type CreateTokenMutationVariables = Exact<{
  input: ServiceTokenInput;
}>;


export type CreateTokenMutation = { createServiceToken: { token: string } | null };

export type RevokeTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeTokenMutation = { revokeServiceToken: { id: string } | null };

export type CardQueryVariables = Exact<{
  by: CustomerKey;
}>;


export type CardQuery = { viewer: { access: { visible: boolean } }, customer: { asOf: string | null, stale: boolean | null, contact: { id: string, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null } | null };

export type RefreshCardMutationVariables = Exact<{
  by: CustomerKey;
}>;


export type RefreshCardMutation = { refreshCustomer: { asOf: string | null, stale: boolean | null, contact: { id: string, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null } | null };

export type CardFragment = { asOf: string | null, stale: boolean | null, contact: { id: string, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null } | null };

export type CardContactFragment = { id: string, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null };

export type CardAccountFragment = { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null, opportunities: { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null } | null, notes: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null } | null, events: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null } | null, tasks: { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null } | null };

export type CardAddressFragment = { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null };

export type CardFieldFragment = { name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown };

export type CardOpportunitiesFragment = { totalCount: number | null, nodes: Array<{ id: string, salesforceId: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null, owner: { name: string | null } | null }> | null };

export type CardNotesFragment = { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null };

export type CardEventsFragment = { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null, description: string | null, owner: { name: string | null } | null }> | null };

export type CardTasksFragment = { totalCount: number | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, description: string | null, owner: { name: string | null } | null }> | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const FoundFragmentDoc = new TypedDocumentString(`
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}
    `, {"fragmentName":"Found"}) as unknown as TypedDocumentString<FoundFragment, unknown>;
export const DriftFragmentDoc = new TypedDocumentString(`
    fragment Drift on DriftReport {
  id
  status
  startedAt
  finishedAt
  summary
  objects {
    object
    deskRecords
    salesforceRecords
    pairs
    equal
    differences {
      reason
      side
      count
      message
      samples {
        recordName
        deskId
        salesforceId
        fields
      }
    }
  }
}
    `, {"fragmentName":"Drift"}) as unknown as TypedDocumentString<DriftFragment, unknown>;
export const SideFragmentDoc = new TypedDocumentString(`
    fragment Side on Connection {
  side
  connected
  host
  organization
  connectedAt
  problem
  checks {
    name
    ok
    detail
  }
}
    `, {"fragmentName":"Side"}) as unknown as TypedDocumentString<SideFragment, unknown>;
export const CardAddressFragmentDoc = new TypedDocumentString(`
    fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
    `, {"fragmentName":"CardAddress"}) as unknown as TypedDocumentString<CardAddressFragment, unknown>;
export const CardFieldFragmentDoc = new TypedDocumentString(`
    fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
    `, {"fragmentName":"CardField"}) as unknown as TypedDocumentString<CardFieldFragment, unknown>;
export const CardOpportunitiesFragmentDoc = new TypedDocumentString(`
    fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
    `, {"fragmentName":"CardOpportunities"}) as unknown as TypedDocumentString<CardOpportunitiesFragment, unknown>;
export const CardNotesFragmentDoc = new TypedDocumentString(`
    fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
    `, {"fragmentName":"CardNotes"}) as unknown as TypedDocumentString<CardNotesFragment, unknown>;
export const CardEventsFragmentDoc = new TypedDocumentString(`
    fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
    `, {"fragmentName":"CardEvents"}) as unknown as TypedDocumentString<CardEventsFragment, unknown>;
export const CardTasksFragmentDoc = new TypedDocumentString(`
    fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}
    `, {"fragmentName":"CardTasks"}) as unknown as TypedDocumentString<CardTasksFragment, unknown>;
export const CardContactFragmentDoc = new TypedDocumentString(`
    fragment CardContact on Contact {
  id
  salesforceUrl
  name
  title
  department
  email
  phone
  mobile
  mailingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
    fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}`, {"fragmentName":"CardContact"}) as unknown as TypedDocumentString<CardContactFragment, unknown>;
export const CardAccountFragmentDoc = new TypedDocumentString(`
    fragment CardAccount on Account {
  id
  salesforceUrl
  name
  website
  phone
  industry
  annualRevenue
  numberOfEmployees
  billingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
    fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}`, {"fragmentName":"CardAccount"}) as unknown as TypedDocumentString<CardAccountFragment, unknown>;
export const CardFragmentDoc = new TypedDocumentString(`
    fragment Card on Customer {
  asOf
  stale
  contact {
    ...CardContact
  }
  account {
    ...CardAccount
  }
}
    fragment CardContact on Contact {
  id
  salesforceUrl
  name
  title
  department
  email
  phone
  mobile
  mailingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAccount on Account {
  id
  salesforceUrl
  name
  website
  phone
  industry
  annualRevenue
  numberOfEmployees
  billingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}`, {"fragmentName":"Card"}) as unknown as TypedDocumentString<CardFragment, unknown>;
export const StatusDocument = new TypedDocumentString(`
    query Status {
  integration {
    status
    reason
    waitingUntil
    direction
    conflictPolicy
    deletePolicy
    historyDays
    pausedAt
    lastSyncedAt
    lagSeconds
    salesforce {
      ...Side
    }
    desk {
      ...Side
    }
    progress {
      phase
      done
      total
      recordsPerSecond
      secondsLeft
    }
    counts {
      linkedContacts
      linkedAccounts
      openFailures
      openConflicts
      pending
    }
    apiBudgets {
      side
      used
      limit
      keptForAgents
      resetsAt
    }
    mappingProblems {
      ...Found
    }
    driftReport {
      ...Drift
    }
  }
}
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}
fragment Drift on DriftReport {
  id
  status
  startedAt
  finishedAt
  summary
  objects {
    object
    deskRecords
    salesforceRecords
    pairs
    equal
    differences {
      reason
      side
      count
      message
      samples {
        recordName
        deskId
        salesforceId
        fields
      }
    }
  }
}
fragment Side on Connection {
  side
  connected
  host
  organization
  connectedAt
  problem
  checks {
    name
    ok
    detail
  }
}`) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;
export const StartSyncDocument = new TypedDocumentString(`
    mutation StartSync {
  startSync {
    id
  }
}
    `) as unknown as TypedDocumentString<StartSyncMutation, StartSyncMutationVariables>;
export const CheckDriftDocument = new TypedDocumentString(`
    mutation CheckDrift {
  checkDrift {
    id
  }
}
    `) as unknown as TypedDocumentString<CheckDriftMutation, CheckDriftMutationVariables>;
export const PauseSyncDocument = new TypedDocumentString(`
    mutation PauseSync {
  pauseSync {
    status
  }
}
    `) as unknown as TypedDocumentString<PauseSyncMutation, PauseSyncMutationVariables>;
export const ResumeSyncDocument = new TypedDocumentString(`
    mutation ResumeSync {
  resumeSync {
    status
  }
}
    `) as unknown as TypedDocumentString<ResumeSyncMutation, ResumeSyncMutationVariables>;
export const SetPolicyDocument = new TypedDocumentString(`
    mutation SetPolicy($input: SyncPolicyInput!) {
  setSyncPolicy(input: $input) {
    status
  }
}
    `) as unknown as TypedDocumentString<SetPolicyMutation, SetPolicyMutationVariables>;
export const DeleteIntegrationDocument = new TypedDocumentString(`
    mutation DeleteIntegration($confirm: String!) {
  deleteIntegration(confirm: $confirm) {
    deleted
  }
}
    `) as unknown as TypedDocumentString<DeleteIntegrationMutation, DeleteIntegrationMutationVariables>;
export const ConnectSalesforceDocument = new TypedDocumentString(`
    mutation ConnectSalesforce($input: ConnectSalesforceInput!) {
  connectSalesforce(input: $input) {
    authorizeUrl
  }
}
    `) as unknown as TypedDocumentString<ConnectSalesforceMutation, ConnectSalesforceMutationVariables>;
export const ConnectDeskDocument = new TypedDocumentString(`
    mutation ConnectDesk($input: ConnectDeskInput!) {
  connectDesk(input: $input) {
    authorizeUrl
  }
}
    `) as unknown as TypedDocumentString<ConnectDeskMutation, ConnectDeskMutationVariables>;
export const DisconnectDocument = new TypedDocumentString(`
    mutation Disconnect($side: Side!) {
  disconnect(side: $side) {
    status
  }
}
    `) as unknown as TypedDocumentString<DisconnectMutation, DisconnectMutationVariables>;
export const MappingDocument = new TypedDocumentString(`
    query Mapping($object: SyncObject!) {
  fieldMappings(object: $object) {
    id
    rule
    desk {
      name
      label
      type
    }
    salesforce {
      name
      label
      type
    }
  }
  desk: fields(side: DESK, object: $object) {
    name
    label
    type
  }
  salesforce: fields(side: SALESFORCE, object: $object) {
    name
    label
    type
  }
  syncFilters(object: $object) {
    leaving
    conditions {
      side
      op
      values
      field {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MappingQuery, MappingQueryVariables>;
export const SaveFilterDocument = new TypedDocumentString(`
    mutation SaveFilter($object: SyncObject!, $filter: SyncFilterInput!) {
  saveSyncFilter(object: $object, filter: $filter) {
    saved
    problems {
      ...Found
    }
  }
}
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}`) as unknown as TypedDocumentString<SaveFilterMutation, SaveFilterMutationVariables>;
export const SaveMappingDocument = new TypedDocumentString(`
    mutation SaveMapping($object: SyncObject!, $mappings: [FieldMappingInput!]!) {
  saveFieldMappings(object: $object, mappings: $mappings) {
    saved
    problems {
      ...Found
    }
  }
}
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}`) as unknown as TypedDocumentString<SaveMappingMutation, SaveMappingMutationVariables>;
export const ResetMappingDocument = new TypedDocumentString(`
    mutation ResetMapping($object: SyncObject!) {
  resetFieldMappings(object: $object) {
    saved
    problems {
      ...Found
    }
  }
}
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}`) as unknown as TypedDocumentString<ResetMappingMutation, ResetMappingMutationVariables>;
export const PermissionsDocument = new TypedDocumentString(`
    query Permissions {
  profiles {
    id
    name
    denyMode
    permission {
      visible
      contacts
      accounts
      contactInfo
      accountInfo
      opportunities
      notes
      events
      tasks
      hiddenFields
    }
  }
}
    `) as unknown as TypedDocumentString<PermissionsQuery, PermissionsQueryVariables>;
export const SetPermissionDocument = new TypedDocumentString(`
    mutation SetPermission($id: ID!, $permission: ProfilePermissionInput!) {
  setProfilePermission(profileId: $id, permission: $permission) {
    id
  }
}
    `) as unknown as TypedDocumentString<SetPermissionMutation, SetPermissionMutationVariables>;
export const HistoryDocument = new TypedDocumentString(`
    query History($after: String) {
  syncRuns(first: 30, after: $after) {
    nodes {
      id
      trigger
      status
      startedAt
      finishedAt
      tallies {
        source
        target
        object
        added
        updated
        unchanged
        failed
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<HistoryQuery, HistoryQueryVariables>;
export const FailuresDocument = new TypedDocumentString(`
    query Failures($filter: FailureFilter, $after: String) {
  failureCategories {
    code
    object
    count
    lastAt
  }
  failures(filter: $filter, first: 50, after: $after) {
    totalCount
    nodes {
      id
      object
      source
      target
      recordId
      recordName
      code
      message
      hint
      attempts
      lastAt
      nextRetryAt
      resolvedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
  conflicts(filter: {resolved: false}, first: 50) {
    totalCount
    nodes {
      id
      object
      recordName
      field
      base
      desk
      salesforce
      winner
      at
    }
  }
}
    `) as unknown as TypedDocumentString<FailuresQuery, FailuresQueryVariables>;
export const RetryDocument = new TypedDocumentString(`
    mutation Retry($ids: [ID!], $filter: FailureFilter) {
  retryFailures(ids: $ids, filter: $filter) {
    queued
  }
}
    `) as unknown as TypedDocumentString<RetryMutation, RetryMutationVariables>;
export const ResolveDocument = new TypedDocumentString(`
    mutation Resolve($id: ID!, $choose: Side!) {
  resolveConflict(id: $id, choose: $choose) {
    id
  }
}
    `) as unknown as TypedDocumentString<ResolveMutation, ResolveMutationVariables>;
export const RehearseDocument = new TypedDocumentString(`
    mutation Rehearse($object: SyncObject, $mappings: [FieldMappingInput!]) {
  rehearseSync(object: $object, mappings: $mappings) {
    id
  }
}
    `) as unknown as TypedDocumentString<RehearseMutation, RehearseMutationVariables>;
export const RehearsalDocument = new TypedDocumentString(`
    query Rehearsal($id: ID!) {
  rehearsal(id: $id) {
    status
    objects {
      object
      matched
      ambiguous
      createInDesk
      createInSalesforce
      updateInDesk
      updateInSalesforce
      problems
      samples {
        action
        recordName
        deskId
        salesforceId
        changes {
          field
          side
          from
          to
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RehearsalQuery, RehearsalQueryVariables>;
export const TokensDocument = new TypedDocumentString(`
    query Tokens {
  serviceTokens {
    id
    name
    createdAt
    expiresAt
    lastUsedAt
    revokedAt
    denyMode
    profile {
      name
    }
  }
  profiles {
    id
    name
  }
  auditLog(first: 40) {
    nodes {
      id
      at
      subject
      action
      target
      detail
    }
  }
}
    `) as unknown as TypedDocumentString<TokensQuery, TokensQueryVariables>;
export const CreateTokenDocument = new TypedDocumentString(`
    mutation CreateToken($input: ServiceTokenInput!) {
  createServiceToken(input: $input) {
    token
  }
}
    `) as unknown as TypedDocumentString<CreateTokenMutation, CreateTokenMutationVariables>;
export const RevokeTokenDocument = new TypedDocumentString(`
    mutation RevokeToken($id: ID!) {
  revokeServiceToken(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RevokeTokenMutation, RevokeTokenMutationVariables>;
export const CardDocument = new TypedDocumentString(`
    query Card($by: CustomerKey!) {
  viewer {
    access {
      visible
    }
  }
  customer(by: $by) {
    ...Card
  }
}
    fragment Card on Customer {
  asOf
  stale
  contact {
    ...CardContact
  }
  account {
    ...CardAccount
  }
}
fragment CardContact on Contact {
  id
  salesforceUrl
  name
  title
  department
  email
  phone
  mobile
  mailingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAccount on Account {
  id
  salesforceUrl
  name
  website
  phone
  industry
  annualRevenue
  numberOfEmployees
  billingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}`) as unknown as TypedDocumentString<CardQuery, CardQueryVariables>;
export const RefreshCardDocument = new TypedDocumentString(`
    mutation RefreshCard($by: CustomerKey!) {
  refreshCustomer(by: $by) {
    ...Card
  }
}
    fragment Card on Customer {
  asOf
  stale
  contact {
    ...CardContact
  }
  account {
    ...CardAccount
  }
}
fragment CardContact on Contact {
  id
  salesforceUrl
  name
  title
  department
  email
  phone
  mobile
  mailingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAccount on Account {
  id
  salesforceUrl
  name
  website
  phone
  industry
  annualRevenue
  numberOfEmployees
  billingAddress {
    ...CardAddress
  }
  owner {
    name
  }
  fields {
    ...CardField
  }
  opportunities(first: 50) {
    ...CardOpportunities
  }
  notes(first: 20) {
    ...CardNotes
  }
  events(first: 20) {
    ...CardEvents
  }
  tasks(first: 30) {
    ...CardTasks
  }
}
fragment CardAddress on Address {
  street
  city
  state
  postalCode
  country
}
fragment CardField on FieldValue {
  name
  label
  value
  source
  changedAt
  rule
  replaced
}
fragment CardOpportunities on OpportunityConnection {
  totalCount
  nodes {
    id
    salesforceId
    salesforceUrl
    name
    stage
    amount
    currency
    probability
    closeDate
    open
    won
    role
    owner {
      name
    }
  }
}
fragment CardNotes on NoteConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    title
    body
    createdBy {
      name
    }
    createdAt
    updatedAt
  }
}
fragment CardEvents on EventConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
    description
    owner {
      name
    }
  }
}
fragment CardTasks on TaskConnection {
  totalCount
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    description
    owner {
      name
    }
  }
}`) as unknown as TypedDocumentString<RefreshCardMutation, RefreshCardMutationVariables>;