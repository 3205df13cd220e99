import { describe } from 'vitest';
import { describeNode } from './testing/node-suite.ts';

describe('on ws', () => describeNode('ws'));
