import { expect, it } from 'vitest';
import { eventReader } from './events';

it('reads events however the stream is cut, and leaves comments out', () => {
  const text =
    ':\n\nevent: next\ndata: {"a":1}\n\n: ping\n\nevent: next\r\ndata: one\r\ndata: two\r\n\r\nevent: complete\n\n';
  const wanted = [
    { name: 'next', data: '{"a":1}' },
    { name: 'next', data: 'one\ntwo' },
    { name: 'complete', data: '' },
  ];
  expect(eventReader()(text)).toEqual(wanted);
  for (let size = 1; size < 8; size++) {
    const read = eventReader();
    const got = [];
    for (let at = 0; at < text.length; at += size) got.push(...read(text.slice(at, at + size)));
    expect(got, `pieces of ${size}`).toEqual(wanted);
  }
});
