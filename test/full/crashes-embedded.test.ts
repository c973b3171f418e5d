import { describeKills, settings } from '../support/crashes.js';

describeKills('the embedded database', () => settings(''));
