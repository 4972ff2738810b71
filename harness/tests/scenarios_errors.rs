//! Each way to write a scenario wrongly is told once, with the place and what to do.

use grpc_trace_conformance::scenario::load;

const WHY: &str = "why = \"It would go unseen.\"\n";

/// The message for a scenario whose first line is its `why`.
fn error(rest: &str) -> String {
    raw(&format!("{WHY}{rest}"))
}

fn raw(text: &str) -> String {
    match load("theme/name", "name.toml", text) {
        Ok(scenario) => panic!("this loads: {scenario:#?}"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check(rest: &str, expected: &str) {
    let actual = error(rest);
    assert_eq!(actual, expected, "\n  actual: {actual}\nexpected: {expected}");
}

#[test]
fn a_scenario_says_why() {
    assert_eq!(
        raw("[[call]]\n"),
        "name.toml:1:1: `why` is missing: say in one paragraph what dropping this scenario would stop measuring"
    );
    assert_eq!(
        raw("\nwhy = 3\n[[call]]\n"),
        "name.toml:2:7: `why` is a text: say in one paragraph what dropping this scenario would stop measuring"
    );
    assert_eq!(
        raw("why = \"\"\"\none\n\ntwo\"\"\"\n[[call]]\n"),
        "name.toml:1:7: `why` is not one paragraph: say in one paragraph what dropping this scenario would stop measuring"
    );
}

#[test]
fn a_scenario_calls_somebody() {
    check("", "name.toml:1:1: the scenario calls nobody: add a `[[call]]`");
    check("call = []\n", "name.toml:2:8: the scenario calls nobody: add a `[[call]]`");
}

#[test]
fn text_that_is_no_toml_is_told_as_such() {
    check("[[call]\n", "name.toml:2:8: unclosed array table, expected `]`");
}

#[test]
fn unknown_fields_are_errors_at_each_level() {
    check(
        "cal = 1\n",
        "name.toml:2:1: unknown field `cal`: a scenario has why, open, exclude, concurrent, matrix, parts, call",
    );
    check(
        "[[call]]\n\nsahpe = 'unary'\n",
        "name.toml:4:1: unknown field `sahpe`, expected one of `name`, `shape`, `method`, `to`, `metadata`, `context`, `saved`, `deadline-ms`, `compression`, `style`, `forwarding`, `max-attempts`, `steps`, `server`, `on-completion`",
    );
    check(
        "[[call]]\nserver = [\n  'receive',\n  { send = { cuont = 1 } },\n]\n",
        "name.toml:5:14: unexpected keys in table: cuont, available keys: count, size, cut",
    );
    check(
        "[[call]]\nserver = [{ sned = 1 }]\n",
        "name.toml:3:13: unknown variant `sned`, expected one of `receive`, `send-headers`, `send`, `pause`, `await-cancelled`, `await`, `raise`, `span`, `baggage`, `annotate`, `save-context`, `calls`, `on`, `on-attempt`, `end`, `fail`, `reset`, `goaway`, `disconnect`, `raw-status`, `http-status`, `raw-data`",
    );
    check(
        "[[call]]\nsteps = ['cancle']\n",
        "name.toml:3:10: unknown variant `cancle`, expected one of `send`, `half-close`, `receive`, `await-headers`, `await-end`, `pause`, `await`, `raise`, `cancel`, `drop`, `walk-away`, `disconnect`",
    );
}

#[test]
fn wrong_types_are_errors() {
    check("[[call]]\nserver = [{ send = 'many' }]\n", "name.toml:3:20: invalid type: string \"many\", expected u32");
    check(
        "[[call]]\nshape = 'triangle'\n",
        "name.toml:3:9: unknown variant `triangle`, expected one of `unary`, `server-stream`, `client-stream`, `bidi`",
    );
    check(
        "[[call]]\nserver = [{ end = 'NOTFOUND' }]\n",
        "name.toml:3:19: `NOTFOUND` is no status code of gRPC: give a name such as NOT_FOUND, or a number",
    );
    check(
        "[[call]]\nmetadata = [['key', 'value', 'more']]\n",
        "name.toml:3:13: an entry is a pair: [\"key\", \"value\"]",
    );
    check("[[call]]\ndeadline-ms = -1\n", "name.toml:3:15: invalid value: integer `-1`, expected u32");
}

#[test]
fn an_error_in_the_matrix_points_into_the_matrix_and_names_the_case() {
    check(
        "[[call]]\nshape = '$shape'\nserver = ['$what']\n[matrix]\nshape = ['unary', 'bidi']\n[matrix.what]\ngood = []\nbad = [\n  { pause = 'long' },\n]\n",
        "name.toml:10:13: invalid type: string \"long\", expected u32 (in the case unary/bad)",
    );
}

#[test]
fn names_that_stand_for_nothing_are_errors() {
    check(
        "[[call]]\nshape = '$shpae'\n[matrix]\nshape = ['unary']\n",
        "name.toml:3:9: `$shpae` is no axis and no part: there are `shape`. A plain dollar is `$$` (in the case unary)",
    );
    check(
        "[[call]]\nshape = '$shape'\n",
        "name.toml:3:9: `$shape` is no axis and no part: there is no matrix. A plain dollar is `$$`",
    );
    check(
        "[[call]]\nserver = ['$a']\n[parts]\na = ['$b']\nb = ['$a']\n",
        "name.toml:5:6: `$b` stands for itself: break the circle",
    );
}

#[test]
fn what_nothing_uses_is_an_error() {
    check(
        "[[call]]\n[matrix]\nshape = ['unary']\n",
        "name.toml:4:1: nothing uses the axis `shape`: write `$shape` somewhere, or remove it",
    );
    check("[[call]]\n[parts]\nx = 1\n", "name.toml:4:5: nothing uses the part `x`: write `$x` somewhere, or remove it");
}

#[test]
fn a_matrix_has_axes_with_labels() {
    check("[[call]]\n[matrix]\n", "name.toml:3:1: the matrix has no axis: give it one, or leave it out");
    check(
        "[[call]]\n[matrix]\nshape = []\n",
        "name.toml:4:1: the axis `shape` is empty: give it a label, or leave it out",
    );
    check(
        "[[call]]\n[matrix]\nshape = 'unary'\n",
        "name.toml:4:9: the axis `shape` is an array of strings and numbers, or a table from labels to values",
    );
    check(
        "[[call]]\n[matrix]\nx = ['a', 'b',\n 'a']\n",
        "name.toml:5:2: `a` stands twice in the axis `x`: two cases would share an id",
    );
    check(
        "[[call]]\n[matrix]\nmy-axis = ['a']\n",
        "name.toml:4:1: `my-axis` is no name: use lowercase letters, digits and `_`, a letter first",
    );
    check(
        "[[call]]\n[matrix]\nx = ['a/b']\n",
        "name.toml:4:6: `a/b` is no label, for case ids are made of labels: use letters, digits, `-`, `_` and `.` (a table gives a label to any value)",
    );
    check(
        "[[call]]\n[matrix]\nx = ['a']\n[parts]\nx = 1\n",
        "name.toml:6:1: `x` is an axis too: rename one of the two",
    );
}

#[test]
fn an_exclusion_excludes_something_and_not_everything() {
    let matrix = "[[call]]\nshape = '$shape'\n[matrix]\nshape = ['unary', 'bidi']\n";
    check(
        &format!("exclude = [{{ shpae = 'unary' }}]\n{matrix}"),
        "name.toml:2:14: `shpae` is no axis: there are `shape`",
    );
    check(
        &format!("exclude = [{{ shape = 'uanry' }}]\n{matrix}"),
        "name.toml:2:22: `uanry` is no label of `shape`: it has unary, bidi",
    );
    check(
        &format!("exclude = ['unary']\n{matrix}"),
        "name.toml:2:12: `exclude` is an array of tables, axis = label or axis = [labels]",
    );
    check(
        &format!("exclude = [{{ shape = ['unary', 'bidi'] }}]\n{matrix}"),
        "name.toml:6:1: every case is excluded: nothing is left to run",
    );
}

#[test]
fn repeat_is_a_small_number() {
    check("[[call]]\nrepeat = 0\n", "name.toml:3:10: `repeat` is a number from 1 to 1000");
    check("[[call]]\nrepeat = 'often'\n", "name.toml:3:10: `repeat` is a number from 1 to 1000");
}

#[test]
fn calls_that_share_a_path_differ_in_name() {
    check(
        "[[call]]\nname = 'a'\n[[call]]\nname = 'a'\n",
        "name.toml:5:8: two calls are named `a`: give each its own name (the default is the ordinal)",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ name = '1' }, {}] }]\n",
        "name.toml:3:38: two calls are named `1`: give each its own name (the default is the ordinal)",
    );
    check("[[call]]\nname = 'a.b'\n", "name.toml:3:8: a call's name is made of letters, digits, `-` and `_`");
}

#[test]
fn on_goes_on_with_a_call_that_is_open() {
    check(
        "[[call]]\nserver = [\n  { calls = [{ name = 'a' }] },\n  { on = { call = 'b', steps = [] } },\n]\n",
        "name.toml:5:19: this handler opened no call named `b` before: name the call that is meant",
    );
    check(
        "[[call]]\nserver = [{ on = { call = 'a', steps = [] } }, { calls = [{ name = 'a' }] }]\n",
        "name.toml:3:27: this handler opened no call named `a` before: name the call that is meant",
    );
}

#[test]
fn a_signal_is_raised_and_a_context_saved_by_somebody() {
    check(
        "[[call]]\nsteps = ['send', { await = 'begun' }]\n",
        "name.toml:3:28: nobody raises the signal `begun`: add a `raise`, or remove this `await`",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ context = 'saved', saved = 'x' }] }]\n",
        "name.toml:3:51: no context is saved as `x`: add a `save-context` in a handler of the target",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ context = 'saved' }] }]\n",
        "name.toml:3:34: say which: `saved = \"name\"`",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ saved = 'x' }] }]\n",
        "name.toml:3:32: `saved` goes with `context = \"saved\"`",
    );
}

#[test]
fn frames_are_cut_where_there_is_a_stream() {
    check(
        "[[call]]\nshape = 'server-stream'\nsteps = [{ send = { cut = 3 } }]\n",
        "name.toml:4:27: a message that is the only one is sent as it is: cut those of a stream",
    );
    check(
        "[[call]]\nshape = 'client-stream'\nsteps = [{ send = { cut = 0 } }]\n",
        "name.toml:4:27: a frame of 0 bytes gets nobody further: leave it out, or give it 1 or more",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ send = { cut = 3 } }] }] }]\n",
        "name.toml:3:51: a message that is the only one is sent as it is: cut those of a stream",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ raw-data = '0' }] }] }]\n",
        "name.toml:3:47: bytes are written in hexadecimal, two digits each",
    );
}

#[test]
fn each_end_carries_out_its_own_steps_only() {
    check(
        "[[call]]\nserver = ['receive', { reset = 2 }]\n",
        "name.toml:3:32: a target cannot leave gRPC: `reset` is for calls to the peer",
    );
    check(
        "[[call]]\nserver = ['goaway']\n",
        "name.toml:3:11: a target cannot leave gRPC: `goaway` is for calls to the peer",
    );
    check(
        "[[call]]\nserver = [{ raw-data = '00' }]\n",
        "name.toml:3:24: a target cannot leave gRPC: `raw-data` is for calls to the peer",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ steps = ['disconnect'] }] }]\n",
        "name.toml:3:33: a target cannot leave gRPC: `disconnect` is for calls that the driver makes",
    );
    check(
        "[[call]]\nshape = 'bidi'\nserver = [{ send = { cut = 3 } }]\n",
        "name.toml:4:28: a target leaves its frames to its library: cut what the driver or the peer sends",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ shape = 'bidi', steps = [{ send = { cut = 3 } }] }] }]\n",
        "name.toml:3:66: a target leaves its frames to its library: cut what the driver or the peer sends",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ span = { name = 'x' } }] }] }]\n",
        "name.toml:3:43: the peer is not instrumented: `span` is for handlers of the target",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ calls = [{}] }] }] }]\n",
        "name.toml:3:44: `calls` is for handlers of the target: the peer only answers",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ end = { via = 'throw' } }] }] }]\n",
        "name.toml:3:50: the peer has one way to end a call: `via` is for handlers of the target",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ to = 'nobody', server = ['end'] }] }]\n",
        "name.toml:3:48: nobody listens there: remove the server's steps",
    );
}

#[test]
fn the_driver_calls_the_target_in_its_one_way() {
    check(
        "[[call]]\nto = 'peer'\n",
        "name.toml:3:6: the driver calls the target: from elsewhere there would be nothing to judge",
    );
    check(
        "[[call]]\nto = 'nobody'\n",
        "name.toml:3:6: the driver calls the target: from elsewhere there would be nothing to judge",
    );
    check(
        "[[call]]\nstyle = 'async'\n",
        "name.toml:3:9: the driver has one style: name a style in a call that the target makes",
    );
    check(
        "[[call]]\nmax-attempts = 3\n",
        "name.toml:3:16: the driver never retries: allow it to a call that the target makes",
    );
    check(
        "[[call]]\nforwarding = 'forward'\n",
        "name.toml:3:14: the driver received nothing to forward: forward in a handler's call",
    );
    check(
        "[[call]]\non-completion = [{}]\n",
        "name.toml:3:17: the driver makes no calls in callbacks: write a further `[[call]]`",
    );
    check(
        "[[call]]\ncontext = 'saved'\n",
        "name.toml:3:11: the driver has no saved context: only a handler's call has",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ context = 'unsampled' }] }]\n",
        "name.toml:3:34: only the driver mints an unsampled context: call the handler with one",
    );
}

#[test]
fn metadata_is_what_grpc_can_carry() {
    check(
        "[[call]]\nserver = [{ calls = [{ metadata = [['traceparent', '00-{trace}-{span}-01']] }] }]\n",
        "name.toml:3:52: `{trace}` and `{span}` are minted for the driver's calls only",
    );
    check(
        "[[call]]\nmetadata = [['Key', 'v']]\n",
        "name.toml:3:14: a metadata key is made of lowercase letters, digits, `_`, `-` and `.`",
    );
    check(
        "[[call]]\nmetadata = [['grpc-timeout', '1S']]\n",
        "name.toml:3:14: `grpc-timeout` is not for scripts: gRPC or the harness writes it itself",
    );
    check(
        "[[call]]\nserver = [{ send-headers = [['grpc-status', '5']] }]\n",
        "name.toml:3:30: `grpc-status` is not for scripts: gRPC or the harness writes it itself",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ send-headers = [['grpc-status', '5'], ['grpc-message', 'x']] }] }] }]\n",
        "name.toml:3:75: `grpc-message` is not for scripts: gRPC or the harness writes it itself",
    );
    check(
        "[[call]]\nserver = [{ calls = [{ server = [{ send-headers = [['grpc-status', 'ü']] }] }] }]\n",
        "name.toml:3:68: a metadata value is printable ASCII, without blanks at its edges",
    );
    check(
        "[[call]]\nmetadata = [['x-bin', '???']]\n",
        "name.toml:3:23: a value under a key that ends in `-bin` is base64 without padding",
    );
    check(
        "[[call]]\nmetadata = [['x', ' v']]\n",
        "name.toml:3:19: a metadata value is printable ASCII, without blanks at its edges",
    );
    check(
        "[[call]]\nserver = [{ end = { trailers = [['x', 'ü']] } }]\n",
        "name.toml:3:39: a metadata value is printable ASCII, without blanks at its edges",
    );
    check(
        "[[call]]\nserver = [{ end = { details = '?' } }]\n",
        "name.toml:3:31: details are bytes in base64 without padding",
    );
}

#[test]
fn numbers_that_mean_nothing_are_errors() {
    check("[[call]]\ndeadline-ms = 0\n", "name.toml:3:15: 0 is no deadline: leave it out");
    check(
        "[[call]]\nserver = [{ calls = [{ max-attempts = 1 }] }]\n",
        "name.toml:3:39: one attempt is what every call has: leave it out, or allow 2 or more",
    );
    check(
        "[[call]]\nserver = [{ on-attempt = { number = 0, steps = [] } }]\n",
        "name.toml:3:37: attempts are counted from 1",
    );
    check(
        "[[call]]\nserver = [{ calls = [] }]\n",
        "name.toml:3:21: there is no call in this step: add one, or remove the step",
    );
    check(
        "[[call]]\nserver = [{ span = { name = 'x' } }, { span = { name = 'x' } }]\n",
        "name.toml:3:56: two spans of one handler are named `x`: rename one",
    );
}
