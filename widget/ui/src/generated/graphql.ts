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

/** What kind of caller a token is for. */
export type Scope =
  /** An agent's widget. */
  | 'AGENT'
  /** A third-party dashboard: reads only. */
  | 'DASHBOARD'
  /** The console: everything. */
  | 'ADMIN';

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
  /** Lists of everybody's records, for agents. */
  lists?: boolean | null | undefined;
  /** A Desk contact may be tied to a Salesforce contact by hand. */
  link?: boolean | null | undefined;
  hiddenFields?: Array<string> | null | undefined;
  /** How the card is laid out. */
  card?: CardLayoutInput | null | undefined;
  /** How what the profile may not see is answered. */
  denyMode?: DenyMode | null | undefined;
};

/** The parts of a card. */
export type CardPart =
  | 'CONTACT'
  | 'ACCOUNT'
  | 'OPPORTUNITIES'
  | 'NOTES'
  | 'EVENTS'
  | 'TASKS';

export type CardLayoutInput = {
  /** The parts that are shown, in this order. What is left out is not shown, whatever the profile may see. */
  parts: Array<CardPart>;
  /** False when left out. */
  tellHidden?: boolean | null | undefined;
  /** The fields of the contact that stand first, in this order. None when left out. */
  contactFields?: Array<string> | null | undefined;
  /** The same of the account. */
  accountFields?: Array<string> | null | undefined;
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
  /** In the record's name, its id or the message; case is ignored. */
  search?: string | null | undefined;
  /** A field that the failure names, by its API name. */
  field?: string | null | undefined;
  object?: SyncObject | null | undefined;
  code?: string | null | undefined;
  target?: Side | null | undefined;
  resolved?: boolean | null | undefined;
  since?: string | null | undefined;
  /** The id of a group. */
  cause?: string | number | null | undefined;
};

export type ConflictFilter = {
  /** In the record's name or the field; case is ignored. */
  search?: string | null | undefined;
  object?: SyncObject | null | undefined;
  resolved?: boolean | null | undefined;
  since?: string | null | undefined;
};

/** Orders failures; ties break by id, nulls come last. */
export type FailureOrder =
  | 'LAST_DESC'
  | 'LAST_ASC'
  | 'NAME_ASC'
  | 'NAME_DESC'
  | 'ATTEMPTS_DESC'
  | 'ATTEMPTS_ASC';

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

/** Whose cards agents may ask for. Admins and dashboards may ask for any. */
export type AgentCards =
  /** Any customer, by any key: the card stands on Zoho Desk's contact and account pages, too. */
  | 'ANY_CUSTOMER'
  /** By a ticket alone, and only by one that the agent may see in Zoho Desk: one of their departments, or shared with one. Agents whom Desk shows their own and unassigned tickets alone are shown no other customers. */
  | 'VISIBLE_TICKETS'
  /** The same where Zoho Desk's data sharing makes tickets private: agents are shown the customers of their own and of unassigned tickets, and of unassigned ones of their teams. */
  | 'VISIBLE_PRIVATE_TICKETS';

/** What keeps the database from being used. */
export type DatabaseProblem =
  /** Its disk is full. */
  | 'FULL'
  /** Its disk refuses to be read or written. */
  | 'DISK'
  | 'READ_ONLY'
  /** Parts of it cannot be read: restore the backup. Nothing more is written. */
  | 'DAMAGED'
  /** The SQLite file was moved or removed while it was open. */
  | 'MISSING'
  /** Another file lies where the SQLite file was. */
  | 'REPLACED'
  | 'UNREACHABLE'
  /** The server is cut off from the majority of its cluster. */
  | 'NO_QUORUM'
  /** Another program holds it, or all its connections are in use. */
  | 'BUSY'
  /** The user's password or rights are refused. */
  | 'REFUSED'
  /** Its tables or rows are gone: restore the backup. */
  | 'EMPTY'
  /** The log has the number of the error. */
  | 'FAILING';

/** A change of the policies; what is left out stays as it is. */
export type SyncPolicyInput = {
  direction?: SyncDirection | null | undefined;
  conflictPolicy?: ConflictPolicy | null | undefined;
  deletePolicy?: DeletePolicy | null | undefined;
  historyDays?: number | null | undefined;
  matchSecondaryEmail?: boolean | null | undefined;
  /** A percentage between 5 and 95; null goes back to the server's own (--agent-share). Both vendors' clients keep to it within a second. */
  agentShare?: number | null | undefined;
  agentCards?: AgentCards | null | undefined;
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

/** Narrows the journal; all that is given must hold. */
export type ChangeFilter = {
  linkId?: string | number | null | undefined;
  runId?: string | number | null | undefined;
  object?: SyncObject | null | undefined;
  field?: string | null | undefined;
  since?: string | null | undefined;
};

export type ConstantInput = {
  side: Side;
  /** The side's API name of the field. The mapping must not fill it. */
  field: string;
  /** A record type is named by its id or its label. */
  value: string;
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

/** A row of a mapping's table of values. Several values of one side may stand for one of the other: the first of them goes back. */
export type ValuePairInput = {
  desk: string;
  salesforce: string;
};

export type FieldMappingInput = {
  /** Desk's API name of the field. */
  desk: string;
  /** Salesforce's API name of the field. */
  salesforce: string;
  /** TWO_WAY when left out. */
  rule?: FieldRule | null | undefined;
  /** Picklist values that mean the same. What is left out keeps the table that the pair has; an empty list is none. */
  values?: Array<ValuePairInput> | null | undefined;
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

export type SyncRunFilter = {
  status?: RunStatus | null | undefined;
  object?: SyncObject | null | undefined;
  source?: Side | null | undefined;
  trigger?: RunTrigger | null | undefined;
  since?: string | null | undefined;
};

export type ServiceTokenInput = {
  name: string;
  /** The profile whose permissions the dashboard has; without one it may see everything. */
  profileId?: string | number | null | undefined;
  expiresAt?: string | null | undefined;
  /** How what the dashboard may not see is answered; left out or MASK, as the profile has it. */
  denyMode?: DenyMode | null | undefined;
};

export type AuditFilter = {
  /** In who, what or of what; case is ignored. */
  search?: string | null | undefined;
  since?: string | null | undefined;
};

/** Who says who a person is. */
export type SignInWay =
  /** Zoho Desk. */
  | 'DESK'
  /** The OpenID provider that the installation names. */
  | 'OIDC';

export type SignInFilter = {
  /** In who it is; case is ignored. */
  search?: string | null | undefined;
  scope?: Scope | null | undefined;
};

export type StatusQueryVariables = Exact<{ [key: string]: never; }>;


export type StatusQuery = { integration: { status: IntegrationStatus, reason: string | null, reasonCode: string | null, waitingUntil: string | null, direction: SyncDirection, conflictPolicy: ConflictPolicy, deletePolicy: DeletePolicy, historyDays: number, matchSecondaryEmail: boolean, agentShare: number | null, agentCards: AgentCards, pausedAt: string | null, lastSyncedAt: string | null, lagSeconds: number | null, salesforce: { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, lastAnswerAt: string | null, silent: boolean | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null } | null, desk: { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, lastAnswerAt: string | null, silent: boolean | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null } | null, progress: { phase: string, object: SyncObject | null, done: number, total: number | null, recordsPerSecond: number | null, secondsLeft: number | null } | null, counts: { linkedContacts: number, linkedAccounts: number, openFailures: number, openConflicts: number, pending: number } | null, apiBudgets: Array<{ side: Side, used: number | null, limit: number | null, keptForAgents: number | null, keptPercent: number, resetsAt: string | null }> | null, mappingProblems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> | null } | null };

export type CountsFragment = { linkedContacts: number, linkedAccounts: number, openFailures: number, openConflicts: number, pending: number };

export type FoundFragment = { severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null };

export type SideFragment = { side: Side, connected: boolean, host: string | null, organization: string | null, connectedAt: string | null, lastAnswerAt: string | null, silent: boolean | null, problem: string | null, checks: Array<{ name: string, ok: boolean, detail: string | null }> | null };

export type CountsQueryVariables = Exact<{ [key: string]: never; }>;


export type CountsQuery = { integration: { status: IntegrationStatus, direction: SyncDirection, counts: { linkedContacts: number, linkedAccounts: number, openFailures: number, openConflicts: number, pending: number } | null } | null };

export type DriftQueryVariables = Exact<{ [key: string]: never; }>;


export type DriftQuery = { integration: { driftReport: { id: string, status: RunStatus, startedAt: string, finishedAt: string | null, summary: string | null, objects: Array<{ object: SyncObject, deskRecords: number, salesforceRecords: number, pairs: number, equal: number, differences: Array<{ reason: DriftReason, side: Side | null, count: number, message: string | null, samples: Array<{ recordName: string | null, deskId: string | null, salesforceId: string | null, fields: Array<string> | null }> | null }> | null }> | null } | null } | null };

export type DriftFragment = { id: string, status: RunStatus, startedAt: string, finishedAt: string | null, summary: string | null, objects: Array<{ object: SyncObject, deskRecords: number, salesforceRecords: number, pairs: number, equal: number, differences: Array<{ reason: DriftReason, side: Side | null, count: number, message: string | null, samples: Array<{ recordName: string | null, deskId: string | null, salesforceId: string | null, fields: Array<string> | null }> | null }> | null }> | null };

export type StartSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type StartSyncMutation = { startSync: { id: string } | null };

export type CheckDriftMutationVariables = Exact<{ [key: string]: never; }>;


export type CheckDriftMutation = { checkDrift: { id: string } | null };

export type PauseSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type PauseSyncMutation = { pauseSync: { status: IntegrationStatus } | null };

export type ResumeSyncMutationVariables = Exact<{ [key: string]: never; }>;


export type ResumeSyncMutation = { resumeSync: { status: IntegrationStatus } | null };

export type TakeOrganizationMutationVariables = Exact<{
  side: Side;
  confirm: string;
}>;


export type TakeOrganizationMutation = { takeOrganization: { status: IntegrationStatus } | null };

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


export type MappingQuery = { fieldMappings: Array<{ id: string, rule: FieldRule, values: Array<{ desk: string, salesforce: string }> | null, desk: { name: string, picklist: Array<string> | null, label: string | null, type: string, length: number | null, required: boolean, updatable: boolean, custom: boolean }, salesforce: { name: string, picklist: Array<string> | null, label: string | null, type: string, length: number | null, required: boolean, updatable: boolean, custom: boolean } }> | null, constants: Array<{ side: Side, value: string, field: { name: string } }> | null, desk: Array<{ name: string, picklist: Array<string> | null, label: string | null, type: string, length: number | null, required: boolean, updatable: boolean, custom: boolean, choices: Array<{ value: string, label: string }> | null }> | null, salesforce: Array<{ name: string, picklist: Array<string> | null, label: string | null, type: string, length: number | null, required: boolean, updatable: boolean, custom: boolean, choices: Array<{ value: string, label: string }> | null }> | null, syncFilters: Array<{ object: SyncObject, leaving: LeavingPolicy, conditions: Array<{ side: Side, op: FilterOp, values: Array<string> | null, field: { name: string } }> }> | null, integration: { status: IntegrationStatus, counts: { linkedContacts: number, linkedAccounts: number, openFailures: number, openConflicts: number, pending: number } | null } | null };

export type FieldFragment = { name: string, picklist: Array<string> | null, label: string | null, type: string, length: number | null, required: boolean, updatable: boolean, custom: boolean };

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

export type SaveConstantsMutationVariables = Exact<{
  object: SyncObject;
  constants: Array<ConstantInput> | ConstantInput;
}>;


export type SaveConstantsMutation = { saveConstants: { saved: boolean, problems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> } | null };

export type ResetMappingMutationVariables = Exact<{
  object: SyncObject;
}>;


export type ResetMappingMutation = { resetFieldMappings: { saved: boolean, problems: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> } | null };

export type PermissionsQueryVariables = Exact<{ [key: string]: never; }>;


export type PermissionsQuery = { profiles: Array<{ id: string, name: string, denyMode: DenyMode, card: { parts: Array<CardPart>, tellHidden: boolean, contactFields: Array<string>, accountFields: Array<string> }, permission: { visible: boolean, contacts: boolean, accounts: boolean, contactInfo: boolean, accountInfo: boolean, opportunities: boolean, notes: boolean, events: boolean, tasks: boolean, lists: boolean, link: boolean, hiddenFields: Array<string> } }> | null };

export type SetPermissionMutationVariables = Exact<{
  id: string | number;
  permission: ProfilePermissionInput;
}>;


export type SetPermissionMutation = { setProfilePermission: { id: string } | null };

export type HistoryQueryVariables = Exact<{
  filter?: SyncRunFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type HistoryQuery = { syncRuns: { totalCount: number | null, nodes: Array<{ id: string, trigger: RunTrigger, status: RunStatus, startedAt: string, finishedAt: string | null, tallies: Array<{ source: Side, target: Side, object: SyncObject, added: number, updated: number, unchanged: number, failed: number }> }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FailuresQueryVariables = Exact<{
  filter?: FailureFilter | null | undefined;
  orderBy?: FailureOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FailuresQuery = { failures: { totalCount: number | null, nodes: Array<{ id: string, linkId: string, object: SyncObject, source: Side, target: Side, recordId: string, recordName: string | null, recordUrl: string | null, code: string, message: string, hint: string | null, fields: Array<string> | null, attempts: number, firstAt: string, lastAt: string, nextRetryAt: string | null, resolvedAt: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FailureGroupsQueryVariables = Exact<{ [key: string]: never; }>;


export type FailureGroupsQuery = { failureGroups: Array<{ id: string, count: number, lastAt: string | null, object: SyncObject, target: Side, code: string, fields: Array<string> | null, message: string }> | null };

export type FailureFragment = { id: string, linkId: string, object: SyncObject, source: Side, target: Side, recordId: string, recordName: string | null, recordUrl: string | null, code: string, message: string, hint: string | null, fields: Array<string> | null, attempts: number, firstAt: string, lastAt: string, nextRetryAt: string | null, resolvedAt: string | null };

export type RetryMutationVariables = Exact<{
  ids?: Array<string | number> | string | number | null | undefined;
  filter?: FailureFilter | null | undefined;
}>;


export type RetryMutation = { retryFailures: { queued: number } | null };

export type ConflictsQueryVariables = Exact<{
  filter?: ConflictFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConflictsQuery = { conflicts: { totalCount: number | null, nodes: Array<{ id: string, linkId: string, object: SyncObject, recordName: string | null, field: string, base: unknown, desk: unknown, salesforce: unknown, winner: Side | null, at: string, resolvedAt: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ResolveMutationVariables = Exact<{
  id: string | number;
  choose: Side;
}>;


export type ResolveMutation = { resolveConflict: { id: string } | null };

export type JournalQueryVariables = Exact<{
  filter?: ChangeFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type JournalQuery = { changes: { totalCount: number | null, nodes: Array<{ id: string, linkId: string, object: SyncObject, side: Side, recordId: string, field: string, old: unknown, new: unknown, rule: FieldRule | null, at: string }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type PairQueryVariables = Exact<{
  id: string | number;
}>;


export type PairQuery = { link: { id: string, object: SyncObject, deskId: string | null, salesforceId: string | null, deskUrl: string | null, salesforceUrl: string | null, matchedBy: string | null, syncedAt: string | null } | null };

export type RehearseMutationVariables = Exact<{
  object?: SyncObject | null | undefined;
  mappings?: Array<FieldMappingInput> | FieldMappingInput | null | undefined;
  constants?: Array<ConstantInput> | ConstantInput | null | undefined;
  policy?: SyncPolicyInput | null | undefined;
}>;


export type RehearseMutation = { rehearseSync: { id: string } | null };

export type RehearsalQueryVariables = Exact<{
  id: string | number;
}>;


export type RehearsalQuery = { rehearsal: { status: RunStatus, objects: Array<{ object: SyncObject, matched: number, ambiguous: number, createInDesk: number, createInSalesforce: number, updateInDesk: number, updateInSalesforce: number, problems: number, samples: Array<{ action: string, recordName: string | null, deskId: string | null, salesforceId: string | null, changes: Array<{ field: string, side: Side, from: unknown, to: unknown }> | null }> | null }> | null } | null };

export type TokensQueryVariables = Exact<{ [key: string]: never; }>;


export type TokensQuery = { serviceTokens: Array<{ id: string, name: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, denyMode: DenyMode, profile: { name: string } | null }> | null, profiles: Array<{ id: string, name: string }> | null };

export type CreateTokenMutationVariables = Exact<{
  input: ServiceTokenInput;
}>;


export type CreateTokenMutation = { createServiceToken: { token: string } | null };

export type RevokeTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeTokenMutation = { revokeServiceToken: { id: string } | null };

export type SignInsQueryVariables = Exact<{
  filter?: SignInFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SignInsQuery = { signIns: { totalCount: number | null, nodes: Array<{ id: string, subject: string, name: string, scope: Scope, way: SignInWay, createdAt: string, renewedAt: string | null, expiresAt: string }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type RevokeSignInMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeSignInMutation = { revokeSignIn: { id: string } | null };

export type AuditQueryVariables = Exact<{
  filter?: AuditFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditQuery = { auditLog: { totalCount: number | null, nodes: Array<{ id: string, at: string, subject: string, action: string, target: string | null, detail: unknown }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type DatabaseQueryVariables = Exact<{ [key: string]: never; }>;


export type DatabaseQuery = { integration: { database: { ok: boolean, code: DatabaseProblem | null, problem: string | null, since: string | null } } | null };

export type ErasePersonMutationVariables = Exact<{
  email?: string | null | undefined;
  side?: Side | null | undefined;
  id?: string | number | null | undefined;
  dryRun: boolean;
}>;


export type ErasePersonMutation = { erasePerson: { id: string | null, at: string, dryRun: boolean, records: number, tombstones: number, sharing: number, problem: string | null, tables: Array<{ table: string, rows: number }> } | null };

export type LiftErasureMutationVariables = Exact<{
  email?: string | null | undefined;
  side?: Side | null | undefined;
  id?: string | number | null | undefined;
}>;


export type LiftErasureMutation = { liftErasure: { lifted: number, records: number } | null };

export type ActivityQueryVariables = Exact<{ [key: string]: never; }>;


export type ActivityQuery = { activity: Array<{ day: string, changed: number, failed: number, deskCalls: number | null, salesforceCalls: number | null }> | null };

export type FirstRunQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstRunQuery = { syncRuns: { nodes: Array<{ id: string, startedAt: string }> | null } | null, fieldMappings: Array<{ object: SyncObject }> | null };

export type CheckMappingQueryVariables = Exact<{
  object: SyncObject;
  mappings: Array<FieldMappingInput> | FieldMappingInput;
}>;


export type CheckMappingQuery = { checkFieldMappings: Array<{ severity: Severity, code: string, message: string, desk: string | null, salesforce: string | null }> | null };

export type SamplesQueryVariables = Exact<{
  object: SyncObject;
}>;


export type SamplesQuery = { desk: Array<{ field: string, values: Array<string> }> | null, salesforce: Array<{ field: string, values: Array<string> }> | null };

export type VersionsQueryVariables = Exact<{ [key: string]: never; }>;


export type VersionsQuery = { mappings: { nodes: Array<{ id: string, at: string, subject: string, action: string, target: string | null, detail: unknown }> | null } | null, constants: { nodes: Array<{ id: string, at: string, subject: string, action: string, target: string | null, detail: unknown }> | null } | null };

export type AuditedFragment = { id: string, at: string, subject: string, action: string, target: string | null, detail: unknown };

export type ViewAsMutationVariables = Exact<{
  profileId: string | number;
}>;


export type ViewAsMutation = { viewAs: { token: string, expiresAt: string } | null };

export type PreviewCustomersQueryVariables = Exact<{ [key: string]: never; }>;


export type PreviewCustomersQuery = { contacts: { nodes: Array<{ id: string, name: string | null, email: string | null, salesforceId: string | null }> | null } | null };

export type CardFieldsQueryVariables = Exact<{ [key: string]: never; }>;


export type CardFieldsQuery = { fieldMappings: Array<{ object: SyncObject, salesforce: { name: string, label: string | null } }> | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { subject: string, scope: Scope } };

export type CardQueryVariables = Exact<{
  by: CustomerKey;
}>;


export type CardQuery = { viewer: { integrationStatus: IntegrationStatus | null, access: { visible: boolean, link: boolean, opportunities: boolean, notes: boolean, events: boolean, tasks: boolean, hiddenFields: Array<string> }, card: { parts: Array<CardPart>, tellHidden: boolean, contactFields: Array<string>, accountFields: Array<string> } }, customer: { asOf: string | null, stale: boolean | null, contact: { id: string, deskId: string | null, salesforceId: string | null, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null } | null };

export type SectionsQueryVariables = Exact<{
  by: CustomerKey;
  contact: boolean;
  account: boolean;
}>;


export type SectionsQuery = { customer: { asOf: string | null, stale: boolean | null, contact?: { id: string, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null } | null, account?: { id: string, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null } | null } | null };

export type RefreshMutationVariables = Exact<{
  by: CustomerKey;
  contact: boolean;
  account: boolean;
}>;


export type RefreshMutation = { refreshCustomer: { asOf: string | null, stale: boolean | null, contact: { id: string, deskId: string | null, salesforceId: string | null, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null } | null };

export type CardChangedSubscriptionVariables = Exact<{
  by: CustomerKey;
}>;


export type CardChangedSubscription = { customerChanged: { asOf: string | null } | null };

export type MoreOpportunitiesQueryVariables = Exact<{
  by: CustomerKey;
  contact: boolean;
  account: boolean;
  open: boolean;
  after: string;
}>;


export type MoreOpportunitiesQuery = { customer: { contact?: { id: string, opportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null, account?: { id: string, opportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type MoreNotesQueryVariables = Exact<{
  by: CustomerKey;
  contact: boolean;
  account: boolean;
  after: string;
}>;


export type MoreNotesQuery = { customer: { contact?: { id: string, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null, account?: { id: string, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type MoreTasksQueryVariables = Exact<{
  by: CustomerKey;
  contact: boolean;
  account: boolean;
  open: boolean;
  after: string;
}>;


export type MoreTasksQuery = { customer: { contact?: { id: string, tasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null, account?: { id: string, tasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null } | null };

export type CardFragment = { asOf: string | null, stale: boolean | null, contact: { id: string, deskId: string | null, salesforceId: string | null, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null, account: { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null } | null };

export type CardContactFragment = { id: string, deskId: string | null, salesforceId: string | null, salesforceUrl: string | null, name: string | null, title: string | null, department: string | null, email: string | null, phone: string | null, mobile: string | null, mailingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null };

export type CardAccountFragment = { id: string, salesforceUrl: string | null, name: string | null, website: string | null, phone: string | null, industry: string | null, annualRevenue: string | null, numberOfEmployees: number | null, billingAddress: { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null } | null, owner: { name: string | null } | null, fields: Array<{ name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown }> | null };

export type CardAddressFragment = { street: string | null, city: string | null, state: string | null, postalCode: string | null, country: string | null };

export type CardFieldFragment = { name: string, label: string | null, value: unknown, source: Side | null, changedAt: string | null, rule: FieldRule | null, replaced: unknown };

export type SectionsFragment = { asOf: string | null, stale: boolean | null, contact?: { id: string, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null } | null, account?: { id: string, openOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, closedOpportunities: { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, notes: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, openTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, doneTasks: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, events: { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null } | null } | null };

export type OpportunitiesFragment = { totalCount: number | null, more: boolean | null, sums: Array<{ amount: string | null, currency: string | null }> | null, nodes: Array<{ id: string, salesforceUrl: string | null, name: string | null, stage: string | null, amount: string | null, currency: string | null, probability: number | null, closeDate: string | null, open: boolean | null, won: boolean | null, role: string | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type NotesFragment = { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, title: string | null, body: string | null, createdAt: string | null, updatedAt: string | null, createdBy: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type EventsFragment = { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, startsAt: string | null, endsAt: string | null, allDay: boolean | null, location: string | null }> | null };

export type TasksFragment = { totalCount: number | null, more: boolean | null, nodes: Array<{ id: string, salesforceUrl: string | null, subject: string | null, status: string | null, priority: string | null, dueDate: string | null, open: boolean | null, owner: { name: string | null } | null }> | null, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type CandidatesQueryVariables = Exact<{
  search: string;
}>;


export type CandidatesQuery = { linkCandidates: Array<{ id: string, salesforceId: string | null, name: string | null, email: string | null }> | null };

export type LinkContactMutationVariables = Exact<{
  deskId: string | number;
  salesforceId: string | number;
}>;


export type LinkContactMutation = { linkContact: { id: string } | null };

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
export const CountsFragmentDoc = new TypedDocumentString(`
    fragment Counts on SyncCounts {
  linkedContacts
  linkedAccounts
  openFailures
  openConflicts
  pending
}
    `, {"fragmentName":"Counts"}) as unknown as TypedDocumentString<CountsFragment, unknown>;
export const FoundFragmentDoc = new TypedDocumentString(`
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}
    `, {"fragmentName":"Found"}) as unknown as TypedDocumentString<FoundFragment, unknown>;
export const SideFragmentDoc = new TypedDocumentString(`
    fragment Side on Connection {
  side
  connected
  host
  organization
  connectedAt
  lastAnswerAt
  silent
  problem
  checks {
    name
    ok
    detail
  }
}
    `, {"fragmentName":"Side"}) as unknown as TypedDocumentString<SideFragment, unknown>;
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
export const FieldFragmentDoc = new TypedDocumentString(`
    fragment Field on Field {
  name
  picklist
  label
  type
  length
  required
  updatable
  custom
}
    `, {"fragmentName":"Field"}) as unknown as TypedDocumentString<FieldFragment, unknown>;
export const FailureFragmentDoc = new TypedDocumentString(`
    fragment Failure on Failure {
  id
  linkId
  object
  source
  target
  recordId
  recordName
  recordUrl
  code
  message
  hint
  fields
  attempts
  firstAt
  lastAt
  nextRetryAt
  resolvedAt
}
    `, {"fragmentName":"Failure"}) as unknown as TypedDocumentString<FailureFragment, unknown>;
export const AuditedFragmentDoc = new TypedDocumentString(`
    fragment Audited on AuditEntry {
  id
  at
  subject
  action
  target
  detail
}
    `, {"fragmentName":"Audited"}) as unknown as TypedDocumentString<AuditedFragment, unknown>;
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
export const CardContactFragmentDoc = new TypedDocumentString(`
    fragment CardContact on Contact {
  id
  deskId
  salesforceId
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
  deskId
  salesforceId
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
}`, {"fragmentName":"Card"}) as unknown as TypedDocumentString<CardFragment, unknown>;
export const OpportunitiesFragmentDoc = new TypedDocumentString(`
    fragment Opportunities on OpportunityConnection {
  totalCount
  more
  sums {
    amount
    currency
  }
  nodes {
    id
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
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    `, {"fragmentName":"Opportunities"}) as unknown as TypedDocumentString<OpportunitiesFragment, unknown>;
export const NotesFragmentDoc = new TypedDocumentString(`
    fragment Notes on NoteConnection {
  totalCount
  more
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
  pageInfo {
    hasNextPage
    endCursor
  }
}
    `, {"fragmentName":"Notes"}) as unknown as TypedDocumentString<NotesFragment, unknown>;
export const TasksFragmentDoc = new TypedDocumentString(`
    fragment Tasks on TaskConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    owner {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    `, {"fragmentName":"Tasks"}) as unknown as TypedDocumentString<TasksFragment, unknown>;
export const EventsFragmentDoc = new TypedDocumentString(`
    fragment Events on EventConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
  }
}
    `, {"fragmentName":"Events"}) as unknown as TypedDocumentString<EventsFragment, unknown>;
export const SectionsFragmentDoc = new TypedDocumentString(`
    fragment Sections on Customer {
  asOf
  stale
  contact @include(if: $contact) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
  account @include(if: $account) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
}
    fragment Opportunities on OpportunityConnection {
  totalCount
  more
  sums {
    amount
    currency
  }
  nodes {
    id
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
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Notes on NoteConnection {
  totalCount
  more
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
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Events on EventConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
  }
}
fragment Tasks on TaskConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    owner {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`, {"fragmentName":"Sections"}) as unknown as TypedDocumentString<SectionsFragment, unknown>;
export const StatusDocument = new TypedDocumentString(`
    query Status {
  integration {
    status
    reason
    reasonCode
    waitingUntil
    direction
    conflictPolicy
    deletePolicy
    historyDays
    matchSecondaryEmail
    agentShare
    agentCards
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
      object
      done
      total
      recordsPerSecond
      secondsLeft
    }
    counts {
      ...Counts
    }
    apiBudgets {
      side
      used
      limit
      keptForAgents
      keptPercent
      resetsAt
    }
    mappingProblems {
      ...Found
    }
  }
}
    fragment Counts on SyncCounts {
  linkedContacts
  linkedAccounts
  openFailures
  openConflicts
  pending
}
fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}
fragment Side on Connection {
  side
  connected
  host
  organization
  connectedAt
  lastAnswerAt
  silent
  problem
  checks {
    name
    ok
    detail
  }
}`) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;
export const CountsDocument = new TypedDocumentString(`
    query Counts {
  integration {
    status
    direction
    counts {
      ...Counts
    }
  }
}
    fragment Counts on SyncCounts {
  linkedContacts
  linkedAccounts
  openFailures
  openConflicts
  pending
}`) as unknown as TypedDocumentString<CountsQuery, CountsQueryVariables>;
export const DriftDocument = new TypedDocumentString(`
    query Drift {
  integration {
    driftReport {
      ...Drift
    }
  }
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
}`) as unknown as TypedDocumentString<DriftQuery, DriftQueryVariables>;
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
export const TakeOrganizationDocument = new TypedDocumentString(`
    mutation TakeOrganization($side: Side!, $confirm: String!) {
  takeOrganization(side: $side, confirm: $confirm) {
    status
  }
}
    `) as unknown as TypedDocumentString<TakeOrganizationMutation, TakeOrganizationMutationVariables>;
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
    values {
      desk
      salesforce
    }
    desk {
      ...Field
    }
    salesforce {
      ...Field
    }
  }
  constants(object: $object) {
    side
    value
    field {
      name
    }
  }
  desk: fields(side: DESK, object: $object) {
    ...Field
    choices {
      value
      label
    }
  }
  salesforce: fields(side: SALESFORCE, object: $object) {
    ...Field
    choices {
      value
      label
    }
  }
  syncFilters(object: $object) {
    object
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
  integration {
    status
    counts {
      ...Counts
    }
  }
}
    fragment Counts on SyncCounts {
  linkedContacts
  linkedAccounts
  openFailures
  openConflicts
  pending
}
fragment Field on Field {
  name
  picklist
  label
  type
  length
  required
  updatable
  custom
}`) as unknown as TypedDocumentString<MappingQuery, MappingQueryVariables>;
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
export const SaveConstantsDocument = new TypedDocumentString(`
    mutation SaveConstants($object: SyncObject!, $constants: [ConstantInput!]!) {
  saveConstants(object: $object, constants: $constants) {
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
}`) as unknown as TypedDocumentString<SaveConstantsMutation, SaveConstantsMutationVariables>;
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
    card {
      parts
      tellHidden
      contactFields
      accountFields
    }
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
      lists
      link
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
    query History($filter: SyncRunFilter, $first: Int, $after: String) {
  syncRuns(filter: $filter, first: $first, after: $after) {
    totalCount
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
    query Failures($filter: FailureFilter, $orderBy: FailureOrder, $first: Int, $after: String) {
  failures(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    nodes {
      ...Failure
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Failure on Failure {
  id
  linkId
  object
  source
  target
  recordId
  recordName
  recordUrl
  code
  message
  hint
  fields
  attempts
  firstAt
  lastAt
  nextRetryAt
  resolvedAt
}`) as unknown as TypedDocumentString<FailuresQuery, FailuresQueryVariables>;
export const FailureGroupsDocument = new TypedDocumentString(`
    query FailureGroups {
  failureGroups(first: 51) {
    id
    count
    lastAt
    object
    target
    code
    fields
    message
  }
}
    `) as unknown as TypedDocumentString<FailureGroupsQuery, FailureGroupsQueryVariables>;
export const RetryDocument = new TypedDocumentString(`
    mutation Retry($ids: [ID!], $filter: FailureFilter) {
  retryFailures(ids: $ids, filter: $filter) {
    queued
  }
}
    `) as unknown as TypedDocumentString<RetryMutation, RetryMutationVariables>;
export const ConflictsDocument = new TypedDocumentString(`
    query Conflicts($filter: ConflictFilter, $first: Int, $after: String) {
  conflicts(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      id
      linkId
      object
      recordName
      field
      base
      desk
      salesforce
      winner
      at
      resolvedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ConflictsQuery, ConflictsQueryVariables>;
export const ResolveDocument = new TypedDocumentString(`
    mutation Resolve($id: ID!, $choose: Side!) {
  resolveConflict(id: $id, choose: $choose) {
    id
  }
}
    `) as unknown as TypedDocumentString<ResolveMutation, ResolveMutationVariables>;
export const JournalDocument = new TypedDocumentString(`
    query Journal($filter: ChangeFilter, $first: Int, $after: String) {
  changes(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      id
      linkId
      object
      side
      recordId
      field
      old
      new
      rule
      at
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<JournalQuery, JournalQueryVariables>;
export const PairDocument = new TypedDocumentString(`
    query Pair($id: ID!) {
  link(id: $id) {
    id
    object
    deskId
    salesforceId
    deskUrl
    salesforceUrl
    matchedBy
    syncedAt
  }
}
    `) as unknown as TypedDocumentString<PairQuery, PairQueryVariables>;
export const RehearseDocument = new TypedDocumentString(`
    mutation Rehearse($object: SyncObject, $mappings: [FieldMappingInput!], $constants: [ConstantInput!], $policy: SyncPolicyInput) {
  rehearseSync(
    object: $object
    mappings: $mappings
    constants: $constants
    policy: $policy
  ) {
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
export const SignInsDocument = new TypedDocumentString(`
    query SignIns($filter: SignInFilter, $first: Int, $after: String) {
  signIns(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      subject
      name
      scope
      way
      createdAt
      renewedAt
      expiresAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<SignInsQuery, SignInsQueryVariables>;
export const RevokeSignInDocument = new TypedDocumentString(`
    mutation RevokeSignIn($id: ID!) {
  revokeSignIn(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RevokeSignInMutation, RevokeSignInMutationVariables>;
export const AuditDocument = new TypedDocumentString(`
    query Audit($filter: AuditFilter, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      id
      at
      subject
      action
      target
      detail
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditQuery, AuditQueryVariables>;
export const DatabaseDocument = new TypedDocumentString(`
    query Database {
  integration {
    database {
      ok
      code
      problem
      since
    }
  }
}
    `) as unknown as TypedDocumentString<DatabaseQuery, DatabaseQueryVariables>;
export const ErasePersonDocument = new TypedDocumentString(`
    mutation ErasePerson($email: String, $side: Side, $id: ID, $dryRun: Boolean!) {
  erasePerson(email: $email, side: $side, id: $id, dryRun: $dryRun) {
    id
    at
    dryRun
    records
    tombstones
    sharing
    problem
    tables {
      table
      rows
    }
  }
}
    `) as unknown as TypedDocumentString<ErasePersonMutation, ErasePersonMutationVariables>;
export const LiftErasureDocument = new TypedDocumentString(`
    mutation LiftErasure($email: String, $side: Side, $id: ID) {
  liftErasure(email: $email, side: $side, id: $id) {
    lifted
    records
  }
}
    `) as unknown as TypedDocumentString<LiftErasureMutation, LiftErasureMutationVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity {
  activity(days: 7) {
    day
    changed
    failed
    deskCalls
    salesforceCalls
  }
}
    `) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;
export const FirstRunDocument = new TypedDocumentString(`
    query FirstRun {
  syncRuns(filter: {trigger: INITIAL, status: RUNNING}, first: 1) {
    nodes {
      id
      startedAt
    }
  }
  fieldMappings {
    object
  }
}
    `) as unknown as TypedDocumentString<FirstRunQuery, FirstRunQueryVariables>;
export const CheckMappingDocument = new TypedDocumentString(`
    query CheckMapping($object: SyncObject!, $mappings: [FieldMappingInput!]!) {
  checkFieldMappings(object: $object, mappings: $mappings) {
    ...Found
  }
}
    fragment Found on MappingProblem {
  severity
  code
  message
  desk
  salesforce
}`) as unknown as TypedDocumentString<CheckMappingQuery, CheckMappingQueryVariables>;
export const SamplesDocument = new TypedDocumentString(`
    query Samples($object: SyncObject!) {
  desk: fieldSamples(side: DESK, object: $object) {
    field
    values
  }
  salesforce: fieldSamples(side: SALESFORCE, object: $object) {
    field
    values
  }
}
    `) as unknown as TypedDocumentString<SamplesQuery, SamplesQueryVariables>;
export const VersionsDocument = new TypedDocumentString(`
    query Versions {
  mappings: auditLog(filter: {search: "FieldMappings"}, first: 100) {
    nodes {
      ...Audited
    }
  }
  constants: auditLog(filter: {search: "saveConstants"}, first: 100) {
    nodes {
      ...Audited
    }
  }
}
    fragment Audited on AuditEntry {
  id
  at
  subject
  action
  target
  detail
}`) as unknown as TypedDocumentString<VersionsQuery, VersionsQueryVariables>;
export const ViewAsDocument = new TypedDocumentString(`
    mutation ViewAs($profileId: ID!) {
  viewAs(profileId: $profileId) {
    token
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<ViewAsMutation, ViewAsMutationVariables>;
export const PreviewCustomersDocument = new TypedDocumentString(`
    query PreviewCustomers {
  contacts(orderBy: NAME_ASC, first: 20) {
    nodes {
      id
      name
      email
      salesforceId
    }
  }
}
    `) as unknown as TypedDocumentString<PreviewCustomersQuery, PreviewCustomersQueryVariables>;
export const CardFieldsDocument = new TypedDocumentString(`
    query CardFields {
  fieldMappings {
    object
    salesforce {
      name
      label
    }
  }
}
    `) as unknown as TypedDocumentString<CardFieldsQuery, CardFieldsQueryVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    subject
    scope
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const CardDocument = new TypedDocumentString(`
    query Card($by: CustomerKey!) {
  viewer {
    access {
      visible
      link
      opportunities
      notes
      events
      tasks
      hiddenFields
    }
    card {
      parts
      tellHidden
      contactFields
      accountFields
    }
    integrationStatus
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
  deskId
  salesforceId
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
}`) as unknown as TypedDocumentString<CardQuery, CardQueryVariables>;
export const SectionsDocument = new TypedDocumentString(`
    query Sections($by: CustomerKey!, $contact: Boolean!, $account: Boolean!) {
  customer(by: $by) {
    ...Sections
  }
}
    fragment Sections on Customer {
  asOf
  stale
  contact @include(if: $contact) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
  account @include(if: $account) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
}
fragment Opportunities on OpportunityConnection {
  totalCount
  more
  sums {
    amount
    currency
  }
  nodes {
    id
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
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Notes on NoteConnection {
  totalCount
  more
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
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Events on EventConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
  }
}
fragment Tasks on TaskConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    owner {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<SectionsQuery, SectionsQueryVariables>;
export const RefreshDocument = new TypedDocumentString(`
    mutation Refresh($by: CustomerKey!, $contact: Boolean!, $account: Boolean!) {
  refreshCustomer(by: $by) {
    ...Card
    ...Sections
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
  deskId
  salesforceId
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
fragment Sections on Customer {
  asOf
  stale
  contact @include(if: $contact) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
  account @include(if: $account) {
    id
    openOpportunities: opportunities(open: true, first: 5) {
      ...Opportunities
    }
    closedOpportunities: opportunities(open: false, first: 5) {
      ...Opportunities
    }
    notes(first: 5) {
      ...Notes
    }
    openTasks: tasks(open: true, first: 5) {
      ...Tasks
    }
    doneTasks: tasks(open: false, first: 5) {
      ...Tasks
    }
    events(first: 25) {
      ...Events
    }
  }
}
fragment Opportunities on OpportunityConnection {
  totalCount
  more
  sums {
    amount
    currency
  }
  nodes {
    id
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
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Notes on NoteConnection {
  totalCount
  more
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
  pageInfo {
    hasNextPage
    endCursor
  }
}
fragment Events on EventConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    startsAt
    endsAt
    allDay
    location
  }
}
fragment Tasks on TaskConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    owner {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<RefreshMutation, RefreshMutationVariables>;
export const CardChangedDocument = new TypedDocumentString(`
    subscription CardChanged($by: CustomerKey!) {
  customerChanged(by: $by) {
    asOf
  }
}
    `) as unknown as TypedDocumentString<CardChangedSubscription, CardChangedSubscriptionVariables>;
export const MoreOpportunitiesDocument = new TypedDocumentString(`
    query MoreOpportunities($by: CustomerKey!, $contact: Boolean!, $account: Boolean!, $open: Boolean!, $after: String!) {
  customer(by: $by) {
    contact @include(if: $contact) {
      id
      opportunities(open: $open, first: 20, after: $after) {
        ...Opportunities
      }
    }
    account @include(if: $account) {
      id
      opportunities(open: $open, first: 20, after: $after) {
        ...Opportunities
      }
    }
  }
}
    fragment Opportunities on OpportunityConnection {
  totalCount
  more
  sums {
    amount
    currency
  }
  nodes {
    id
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
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<MoreOpportunitiesQuery, MoreOpportunitiesQueryVariables>;
export const MoreNotesDocument = new TypedDocumentString(`
    query MoreNotes($by: CustomerKey!, $contact: Boolean!, $account: Boolean!, $after: String!) {
  customer(by: $by) {
    contact @include(if: $contact) {
      id
      notes(first: 20, after: $after) {
        ...Notes
      }
    }
    account @include(if: $account) {
      id
      notes(first: 20, after: $after) {
        ...Notes
      }
    }
  }
}
    fragment Notes on NoteConnection {
  totalCount
  more
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
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<MoreNotesQuery, MoreNotesQueryVariables>;
export const MoreTasksDocument = new TypedDocumentString(`
    query MoreTasks($by: CustomerKey!, $contact: Boolean!, $account: Boolean!, $open: Boolean!, $after: String!) {
  customer(by: $by) {
    contact @include(if: $contact) {
      id
      tasks(open: $open, first: 20, after: $after) {
        ...Tasks
      }
    }
    account @include(if: $account) {
      id
      tasks(open: $open, first: 20, after: $after) {
        ...Tasks
      }
    }
  }
}
    fragment Tasks on TaskConnection {
  totalCount
  more
  nodes {
    id
    salesforceUrl
    subject
    status
    priority
    dueDate
    open
    owner {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<MoreTasksQuery, MoreTasksQueryVariables>;
export const CandidatesDocument = new TypedDocumentString(`
    query Candidates($search: String!) {
  linkCandidates(search: $search) {
    id
    salesforceId
    name
    email
  }
}
    `) as unknown as TypedDocumentString<CandidatesQuery, CandidatesQueryVariables>;
export const LinkContactDocument = new TypedDocumentString(`
    mutation LinkContact($deskId: ID!, $salesforceId: ID!) {
  linkContact(deskId: $deskId, salesforceId: $salesforceId) {
    id
  }
}
    `) as unknown as TypedDocumentString<LinkContactMutation, LinkContactMutationVariables>;