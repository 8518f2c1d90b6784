module.exports = require('./graphs-setup.cjs').teardown;
