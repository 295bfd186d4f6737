# Finds a JDK that is new enough; for the launchers to source. find_java sets "java_home", and "found" to its feature
# release, and fails where there is none.
# shellcheck shell=bash

HOME=${HOME:-/}
needed=21

# Sets "version" to the feature release of the Java below $1, or to 0. Reading its "release" file is 40 times as fast as
# starting it.
version_of() {
  local line text=
  version=0
  [ -x "$1/bin/java" ] || return
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in JAVA_VERSION=*) text=${line#JAVA_VERSION=} ;; esac
    done <"$1/release"
  else
    text=$("$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')
  fi
  text=${text//\"/}
  text=${text#1.}
  text=${text%%[!0-9]*}
  version=${text:-0}
}

# Takes the Java below $1 if it is new enough, newer than what was found, and has a compiler.
consider() {
  [ -x "$1/bin/javac" ] || return
  version_of "$1"
  if [ "$version" -ge "$needed" ] && [ "$version" -gt "$found" ]; then
    java_home=$1
    found=$version
  fi
}

find_java() {
  local home path
  java_home=
  found=0
  if [ -n "${JAVA_HOME:-}" ]; then
    consider "$JAVA_HOME"
    [ -z "$java_home" ] || return 0
  fi
  if path=$(command -v java 2>/dev/null); then
    while [ -L "$path" ]; do
      home=$(readlink "$path")
      case $home in
        /*) path=$home ;;
        *) path=$(dirname "$path")/$home ;;
      esac
    done
    consider "$(cd -P "$(dirname "$path")/.." 2>/dev/null && pwd)"
    [ -z "$java_home" ] || return 0
  fi
  for home in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk* /opt/java/* /opt/jdk* \
    /opt/*/jdk* /usr/local/jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* "$HOME"/.jenv/versions/* "$HOME"/.gradle/jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    consider "$home"
  done
  [ -n "$java_home" ]
}
