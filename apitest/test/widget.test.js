// The widget's query by the two most used GraphQL clients. What is denied is null, and nothing else is lost with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { map } from 'rxjs';
import { asAdmin, bearer, endpoint, permit, ticket, token, widgetDocument } from '../demo.js';

const profile = 'Light Agent';
const by = { deskTicketId: ticket.id };
// The widget shows the profile first and asks for the sections then: here both are one operation, of the same fragments.
const wholeCard = `query WholeCard($by: CustomerKey!, $contact: Boolean! = true, $account: Boolean! = true) {
  viewer { access { visible } integrationStatus }
  customer(by: $by) { ...Card ...Sections }
}
${widgetDocument.slice(widgetDocument.indexOf('fragment Card on'))}`;
const everything = { visible: true, contacts: true, accounts: true, contactInfo: true, accountInfo: true, opportunities: true, notes: true, events: true, tasks: true, hiddenFields: [], denyMode: 'MASK' };

before(() => asAdmin('mutation ($by: CustomerKey!) { refreshCustomer(by: $by) { asOf } }', { by }));
after(() => permit(profile, everything));

/** Each asks for the card as the profile and answers {data, errors, extensions}. */
const clients = {
  urql: (preferGetMethod) => async () => {
    const client = new Client({ url: endpoint, preferGetMethod, exchanges: [cacheExchange, fetchExchange], fetchOptions: { headers: bearer(token('AGENT', profile)) } });
    const result = await client.query(wholeCard, { by }, { requestPolicy: 'network-only' }).toPromise();
    assert.equal(result.error?.networkError, undefined);
    return { data: result.data, errors: result.error?.graphQLErrors ?? [], extensions: result.extensions };
  },
  apollo: (useGETForQueries) => async (errorPolicy) => {
    let extensions;
    const listen = new ApolloLink((operation, forward) => forward(operation).pipe(map((answer) => {
      extensions = answer.extensions;
      return answer;
    })));
    const client = new ApolloClient({ link: listen.concat(new HttpLink({ uri: endpoint, headers: bearer(token('AGENT', profile)), useGETForQueries })), cache: new InMemoryCache() });
    const result = await client.query({ query: cardQuery, variables: { by }, fetchPolicy: 'network-only', ...(errorPolicy && { errorPolicy }) });
    return { data: result.data, errors: result.error?.errors ?? [], extensions };
  },
};

const cardQuery = gql(wholeCard);

for (const [name, ask] of [
  ['urql by POST', clients.urql(false)],
  ['urql by GET', clients.urql('force')],
  ['Apollo Client by POST', clients.apollo(false)],
  ['Apollo Client by GET', clients.apollo(true)],
]) {
  test(`${name} shows the whole card to whom everything is open`, async () => {
    await permit(profile, everything);
    const { data, errors, extensions } = await ask();
    assert.deepEqual(errors, []);
    assert.equal(extensions?.accessDenied, undefined);
    assert.equal(data.customer.contact.name, ticket.contactName);
    assert.ok(data.customer.contact.openOpportunities && data.customer.contact.closedOpportunities && data.customer.contact.notes && data.customer.contact.fields.length > 0);
  });

  test(`${name} keeps everything else when fields are denied`, async () => {
    await permit(profile, { ...everything, opportunities: false, accountInfo: false, hiddenFields: ['Contact.phone'] });
    const { data, errors, extensions } = await ask();
    assert.deepEqual(errors, []);
    kept(data);
    assert.deepEqual(extensions.accessDenied.map((one) => one.field).filter((field) => /opportunities|phone/.test(field)).sort(), ['Account.opportunities', 'Account.phone', 'Contact.opportunities', 'Contact.phone']);
  });

  test(`${name} keeps everything else when each denied field is an error`, async () => {
    await permit(profile, { ...everything, opportunities: false, hiddenFields: ['Contact.phone'], denyMode: 'ERROR' });
    const { data, errors } = await ask('all');
    kept(data);
    assert.ok(errors.length >= 2 && errors.every((one) => one.extensions.code === 'FORBIDDEN'), JSON.stringify(errors));
    assert.ok(errors.some((one) => /^customer\.contact\.(open|closed)Opportunities$/.test(one.path.join('.'))));
  });

  test(`${name} gets nothing when the integration is hidden`, async () => {
    await permit(profile, { ...everything, visible: false });
    const { data, extensions } = await ask();
    assert.equal(data.customer, null);
    assert.equal(data.viewer.access.visible, false);
    assert.equal(extensions.accessDenied[0].field, 'Query.customer');
  });
}

/** Two parts of the contact are closed, and all the rest is there. */
function kept(data) {
  const { contact } = data.customer;
  assert.equal(contact.openOpportunities, null);
  assert.equal(contact.closedOpportunities, null);
  assert.equal(contact.phone, null);
  assert.equal(contact.name, ticket.contactName);
  assert.ok(contact.notes && contact.events && contact.openTasks && contact.fields.length > 0 && contact.salesforceUrl);
}
