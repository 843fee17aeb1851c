//! Finds addresses in handlers: `location.href='/x/1'`, `open('/x/1')`, `show(1)` where the page's own `show` makes it
//! clear what it does with the 1.

use crate::source::page::PageTree;

/// The number of characters of a function that are read.
const MAX_BODY: usize = 1_000;

/// Returns the target of a handler, if it is clear.
pub(in crate::source::list) fn target(page: &PageTree, code: &str) -> Option<String> {
    if code.len() > 2_000 {
        return None;
    }
    if let Some(expression) = navigation(code) {
        return evaluate(expression, &[], &[]);
    }
    let (name, arguments) = call(code)?;
    let values: Vec<String> = arguments
        .split(',')
        .map(|value| value.trim().trim_matches(['\'', '"']).to_owned())
        .collect();
    for (_, script) in &page.scripts {
        let Some((parameters, body)) = function(script, name) else {
            continue;
        };
        let parameters: Vec<&str> = parameters.split(',').map(str::trim).collect();
        let expression = navigation(body)?;
        return evaluate(expression, &parameters, &values)
            .or_else(|| evaluate(assigned(body, expression)?, &parameters, &values));
    }
    // In `go('/info/1.html')` the argument is already an address, so `go` need not be read.
    values
        .into_iter()
        .find(|value| value.starts_with(['/', '.']) || value.starts_with("http"))
}

/// Returns the expression that is assigned to `location` or passed to `open`.
fn navigation(code: &str) -> Option<&str> {
    const MARKS: [&str; 8] = [
        "location.href",
        "location.assign(",
        "location.replace(",
        ".open(",
        "open(",
        "location",
        "router.push(",
        "navigateTo(",
    ];
    MARKS.iter().find_map(|mark| {
        let at = code.find(mark)?;
        let rest = &code[at + mark.len()..];
        let rest = if mark.ends_with('(') {
            rest
        } else {
            rest.trim_start()
                .strip_prefix('=')
                .filter(|rest| !rest.starts_with('='))?
        };
        Some(rest.trim_start())
    })
}

/// Parses `name(a, b)`, perhaps after `return`, `this.` or `javascript:`.
fn call(code: &str) -> Option<(&str, &str)> {
    let code = code.trim().trim_start_matches("javascript:");
    let code = code.trim_start().trim_start_matches("return ").trim_start();
    let open = code.find('(')?;
    let name = &code[..open];
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    let close = code[open..].find(')')? + open;
    plain.then(|| (name, &code[open + 1..close]))
}

/// Returns the parameters and body of `function name(…) {…}` or `name = function(…) {…}`.
fn function<'a>(script: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let heads = [
        format!("function {name}("),
        format!("function {name} ("),
        format!("{name} = function("),
        format!("{name}=function("),
        format!("{name}: function("),
        format!("{name}:function("),
        format!("{name} = ("),
        format!("{name}=("),
    ];
    let start = heads
        .iter()
        .find_map(|head| script.find(head).map(|at| at + head.len()))?;
    let close = script[start..].find(')')? + start;
    let body = &script[close..];
    let mut end = body.len().min(MAX_BODY);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    Some((&script[start..close], &body[..end]))
}

/// Returns the value that a function assigns to the name in an expression: `var url = "/x?id=" + id`.
fn assigned<'a>(body: &'a str, expression: &str) -> Option<&'a str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let end = expression.find(|c| !is_word(c)).unwrap_or(expression.len());
    let name = Some(&expression[..end]).filter(|name| !name.is_empty())?;
    body.match_indices(name).find_map(|(at, _)| {
        let apart = !body[..at].ends_with(is_word);
        let value = body[at + name.len()..].trim_start().strip_prefix('=')?;
        (apart && !value.starts_with('=')).then(|| value.trim_start())
    })
}

/// Evaluates a concatenation of literals and parameters, up to the end of the statement or argument.
fn evaluate(expression: &str, parameters: &[&str], values: &[String]) -> Option<String> {
    let mut result = String::new();
    let mut rest = expression.trim_start();
    loop {
        let first = rest.chars().next()?;
        if matches!(first, '\'' | '"' | '`') {
            let end = rest[1..].find(first)? + 1;
            result.push_str(&fill(&rest[1..end], parameters, values));
            rest = &rest[end + 1..];
        } else {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$'))
                .unwrap_or(rest.len());
            let word = &rest[..end];
            let value = parameters
                .iter()
                .position(|p| *p == word)
                .and_then(|at| values.get(at));
            match value {
                Some(value) => result.push_str(value),
                None if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) => {
                    result.push_str(word);
                }
                None => return None,
            }
            rest = &rest[end..];
        }
        rest = rest.trim_start();
        match rest.strip_prefix('+') {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    (!result.is_empty()).then_some(result)
}

/// Replaces `${name}` in a template.
fn fill(literal: &str, parameters: &[&str], values: &[String]) -> String {
    let mut text = literal.to_owned();
    for (parameter, value) in parameters.iter().zip(values) {
        text = text.replace(&format!("${{{parameter}}}"), value);
    }
    text
}
