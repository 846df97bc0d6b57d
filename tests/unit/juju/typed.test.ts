import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { parse } from 'yaml'
import { forShell, typed } from '../../../src/juju/index.ts'

const names = [
  'web',
  'web-0.example.com',
  'a:b',
  'x@y',
  'web:',
  '1234',
  '007',
  '1e3',
  '12:30:45',
  '2026-01-01',
  'no',
  'Null',
  'y',
  '3.5',
]

test('what is typed behind juju run reaches Juju as the same text, through a shell and YAML 1.1', () => {
  for (const name of [...names, "it's", 'two words', '"', '$HOME', '']) {
    const word = execFileSync('/bin/sh', ['-c', `printf %s ${typed('common-name', name)}`], {
      encoding: 'utf8',
    })
    assert.equal(parse(word.slice('common-name='.length), { version: '1.1' }), name)
  }
})

test('a name that needs no quotes has none', () => {
  assert.equal(typed('common-name', 'web-0.example.com'), 'common-name=web-0.example.com')
  assert.equal(typed('target', '3.5'), `target='"3.5"'`)
})

test('a text is one word of a shell', () => {
  for (const text of ["it's", '$(id) `id` \\ "', ' ', ''])
    assert.equal(execFileSync('/bin/sh', ['-c', `printf %s ${forShell(text)}`], { encoding: 'utf8' }), text)
})
