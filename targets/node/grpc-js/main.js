'use strict';

const { join } = require('node:path');
const { main } = require('@conformance/node-kit');

main(join(__dirname, '../../../proto/conformance.proto'));
