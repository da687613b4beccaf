/**
 * Whether requests schedule background work now and then. Off in users' tests: a job drawn at random
 * would outlive the one test in a hundred that happened to draw it. Imports nothing, since users'
 * projects compile it with the test helper.
 */
export const background = { isOn: true };
