import { expect, it } from 'vitest';
import { customerKey } from './key';

it('takes the most precise key of the address', () => {
  expect(customerKey('?email=a%40x.example&deskTicketId=7')).toEqual({ deskTicketId: '7' });
  expect(customerKey('?email=a%40x.example')).toEqual({ email: 'a@x.example' });
  expect(customerKey('?deskTicketId=%20')).toBeNull();
});
