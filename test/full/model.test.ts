import { thousandSequences } from '../model/thousand-sequences.js';

thousandSequences('strictly', false);
