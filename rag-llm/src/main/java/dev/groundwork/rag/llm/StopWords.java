package dev.groundwork.rag.llm;

import java.util.Set;

/**
 * Words that frame sentences and questions and say nothing of their subject, in English, German, French, Spanish,
 * Italian, Portuguese and Dutch, and the same characters in Chinese. Negations are in it too: they are looked at by
 * themselves.
 */
final class StopWords {

    private static final Set<String> WORDS = words(
            // English, with what questions are asked with
            "a an the and or but if then else of in on at by for from to into onto with without within about as is are"
                + " was were be been being am do does did doing done have has had having it its it's this that these"
                + " those there here he she they them his her their theirs him we us our you your i me my mine who"
                + " whom whose which what when where why how not no nor so than too very can could may might must"
                + " shall should will would just also only such some any each every all both few more most other own"
                + " same over under again once out up down off between during before after above below through because"
                + " while until against however therefore thus hence yet still per via one don't doesn't didn't isn't"
                + " aren't wasn't weren't can't cannot couldn't won't wouldn't shouldn't haven't hasn't never please"
                + " tell explain describe mean means e.g i.e etc",
            "der die das den dem des ein eine einer eines einem einen und oder aber wenn dann sonst von im in am an"
                + " auf aus bei mit nach seit zu zum zur durch für gegen ohne um über unter vor hinter neben zwischen"
                + " ist sind war waren sein bin bist seid wird werden wurde wurden worden hat haben hatte hatten habe"
                + " kann können konnte muss müssen soll sollen darf dürfen mag es er sie wir ihr ich du man sich ihm"
                + " ihn ihnen uns euch mein dein seine seiner seinen ihre ihrer ihren dieser diese dieses diesem"
                + " diesen jener jede jeder jedes wer wen wem wessen was wann wo woher wohin warum wieso wie viele"
                + " viel welche welcher welches welchem welchen nicht kein keine keiner keinen nie niemals auch nur"
                + " noch schon so als dass daß ob da hier dort sehr mehr bitte erkläre bedeutet macht tut",
            "le la les l un une des du de d et ou mais si que qui quoi dont où quand comment pourquoi combien quel"
                + " quelle quels quelles est sont était étaient être été a ont avait avoir il elle ils elles on nous"
                + " vous je tu me te se ce cet cette ces son sa ses leur leurs mon ma mes ton ta tes notre votre dans"
                + " sur sous par pour avec sans chez entre vers au aux en y ne pas plus jamais aussi très",
            "el los las lo una unos unas y o pero del al que quien quién qué cuál cuándo cuando dónde donde cómo como"
                + " por para con sin sobre entre es son fue eran era ser sido está están ha han había su sus se le les"
                + " no ni más muy también este esta estos estas ese esa",
            "il gli i uno e ed ma che chi cosa quale quando dove come perché quanto di da nel nella nei con su per tra"
                    + " fra è sono era erano essere stato ha hanno si non anche più questo questa questi queste",
            "os as um uma e ou mas do da dos das no na nos nas em com sem por para que quem qual quando onde como é"
                    + " são foi era ser ter tem têm não mais também este esta isso",
            "de het een en of maar van op te aan bij met naar voor door uit over onder is zijn was waren worden wordt"
                    + " heeft hebben kan kunnen moet moeten zal die dat deze dit wie wat waar wanneer hoe waarom welke"
                    + " niet geen ook er ze hij zij wij je ik");

    private static final String CHINESE = "的了是在和与或也就都而及着过吗呢吧啊之其以于为被把对从到这那有个们我你他她它什么谁哪几何么请问怎样如多少の はがをにでとも";

    private StopWords() {}

    private static Set<String> words(String... lists) {
        return Set.copyOf(new java.util.HashSet<>(
                java.util.List.of(String.join(" ", lists).split("\\s+"))));
    }

    /** Returns all of them, folded. */
    static Set<String> all() {
        return WORDS;
    }

    static boolean contains(String folded) {
        return WORDS.contains(folded);
    }

    static boolean framesChinese(int codePoint) {
        return CHINESE.indexOf(codePoint) >= 0;
    }
}
