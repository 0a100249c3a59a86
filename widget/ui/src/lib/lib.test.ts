import { describe, expect, it } from 'vitest';
import { choose } from '../messages/language';
import { formatMoney } from './decimal';
import { formatAge, formatDay, formatSpan } from './format';
import { mailLink, phoneLink, recordLink, siteLink } from './links';
import { daysUntil } from './time';
import { formatAddress, formatValue, initials } from './values';

const now = Date.parse('2026-06-01T12:00:00Z');

describe('links', () => {
  it('to records are https alone, http on a loopback page', () => {
    expect(recordLink('https://x.my.salesforce.com/1', 'x')).toBe('https://x.my.salesforce.com/1');
    for (const bad of ['javascript:alert(1)', 'https://a:b@x.example', 'http://x.example', 'nonsense', null])
      expect(recordLink(bad, 'localhost')).toBeNull();
    expect(recordLink('http://127.0.0.1:1/x', 'localhost')).toBe('http://127.0.0.1:1/x');
  });
  it('to websites take what people write, and no other scheme', () => {
    expect(siteLink('www.x.example/a')).toBe('https://www.x.example/a');
    expect(siteLink('http://x.example')).toBe('http://x.example/');
    expect(siteLink('x.example:8080')).toBe('https://x.example:8080/');
    for (const bad of [
      'javascript:alert(1)',
      'data:text/html,x',
      'two words',
      'localhost',
      '',
      'https://a:b@x.example',
    ])
      expect(siteLink(bad)).toBeNull();
  });
  it('to phones and mail are clean', () => {
    expect(phoneLink('+1 (555) 010-99 x12')).toBe('tel:+155501099,12');
    expect([phoneLink('n/a'), phoneLink(null), phoneLink('12')]).toEqual([null, null, null]);
    expect(mailLink('a+b@x.example')).toBe('mailto:a%2Bb@x.example');
    expect(mailLink('a@x.example?cc=evil@x.example')).toBeNull();
    expect(mailLink('no mail')).toBeNull();
  });
});

describe('formats', () => {
  it('money is exact, and blank is not zero', () => {
    expect(formatMoney('12345678901234567890.12', 'USD')).toBe('$12,345,678,901,234,567,890.12');
    expect(formatMoney('5', null)).toBe('5');
    expect([formatMoney(null, 'USD'), formatMoney('x', 'USD')]).toEqual([null, null]);
    choose('pt-BR');
    expect(formatMoney('1234.5', 'BRL')?.replace(/\s/g, ' ')).toBe('R$ 1.234,50');
  });
  it('ages are in the coarsest honest unit, in the reader’s language', () => {
    const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
    expect(formatAge(before(30), now)).toBeNull();
    expect(formatAge(before(-30), now)).toBeNull();
    expect(formatAge(before(125), now)).toBe('2 min. ago');
    expect(formatAge(before(3 * 86400), now)).toBe('3 days ago');
    expect(formatAge(before(3 * 365 * 86400), now)).toBe('3 yr. ago');
    expect(formatAge('nonsense', now)).toBe('');
    choose('es');
    expect(formatAge(before(7200), now)).toBe('hace 2 h');
  });
  it('spans have one or two units', () => {
    expect([formatSpan(45), formatSpan(200), formatSpan(4800), formatSpan(7200), formatSpan(3 * 86400)]).toEqual([
      '45 sec',
      '3 min',
      '80 min',
      '2 hr',
      '3 days',
    ]);
    expect([formatSpan(null), formatSpan(-1), formatSpan(Infinity)]).toEqual([null, null, null]);
  });
  it('days keep their date in every time zone', () => {
    expect(formatDay('2026-03-01')).toBe('Mar 1, 2026');
    expect(formatDay('x')).toBeNull();
    expect([daysUntil('2026-06-03', now), daysUntil('2026-05-31', now), daysUntil('soon', now)]).toEqual([2, -1, null]);
  });
  it('values, addresses and initials', () => {
    const words = { yes: 'Yes', no: 'No' };
    expect([
      formatValue(true, words),
      formatValue(1234.5, words),
      formatValue(['a', 'b'], words),
      formatValue(' ', words),
      formatValue(null, words),
    ]).toEqual(['Yes', '1,234.5', 'a, b', null, null]);
    expect(formatAddress({ street: 'A 1\nB', city: 'X', postalCode: '1', state: null, country: 'Y' })).toBe(
      'A 1, B, 1 X, Y',
    );
    expect([initials('Ada King Lovelace'), initials('李'), initials('')]).toEqual(['AL', '李', '']);
  });
});
