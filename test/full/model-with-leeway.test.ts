import { thousandSequences } from '../model/thousand-sequences.js';

thousandSequences('with a leeway for used refresh tokens', true);
